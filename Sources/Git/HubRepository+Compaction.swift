import Orchestration
import Processes

extension HubRepository {
    /// How much the hub's object store has that could be packed.
    package struct ObjectStore: Sendable, Equatable {
        /// Objects in files of their own.
        package var looseObjects = 0
        /// Packs.
        package var packs = 0
        /// KiB on the disk.
        package var kibibytes = 0

        /// Whether packing would pay: many small files slow every command, and many packs every look-up.
        package var isWorthPacking: Bool { looseObjects >= 2_000 || packs >= 20 }

        /// Whether there is so much that it is not left for a time when nobody works, which may never come.
        package var isOverdue: Bool { looseObjects >= 20_000 || packs >= 60 }
    }

    /// How a compaction ended.
    package enum Compaction: Sendable, Equatable {
        /// Everything is in one pack.
        case packed(before: ObjectStore, after: ObjectStore)
        /// There is too little to pack.
        case notNeeded(ObjectStore)
        /// Something works with the hub; try again later.
        case busy
    }

    /// Counts the objects; a few milliseconds.
    ///
    /// - Throws: ``GitError``.
    package func objectStore() async throws(GitError) -> ObjectStore {
        var store = ObjectStore()
        for line in try await git.run(["count-objects", "-v"], at: location).outputText.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let number = Int(parts[1]) else { continue }
            switch parts[0] {
            case "count:": store.looseObjects = number
            case "packs:": store.packs = number
            case "size:", "size-pack:": store.kibibytes += number
            default: break
            }
        }
        return store
    }

    /// Brings all objects into one pack and all refs into one file. Drops nothing, whether a ref leads to it or not: agents borrow objects
    /// that only their own refs name, and a merge in flight is under no ref yet.
    ///
    /// Call it only while nothing else is in flight: no turn, no gate, no merge, no fetch. Agents would survive it (git looks for a pack
    /// again when one has gone), but they and the packing would fight for the disk. It can be cancelled, or killed, at any moment; then
    /// everything is as before but for half a pack, which the cancelled call itself or the next start removes.
    /// - Parameters:
    ///   - isForced: whether to pack even where it does not pay.
    ///   - isIdle: asked at the last moment; false means that nothing is done.
    /// - Throws: ``GitError``; of kind `cancelled` when the calling task was cancelled.
    @discardableResult
    package func compact(
        isForced: Bool = false, while isIdle: @Sendable () async -> Bool = { true }
    ) async throws(GitError) -> Compaction {
        try await originLock.withLock { () async throws(GitError) -> Compaction in
            let before = try await objectStore()
            guard isForced || before.isWorthPacking else { return .notNeeded(before) }
            // They would go on reading packs that are about to go.
            await endSessions()
            guard try GitProcesses(gitDirectories: [path]).living().isEmpty, await isIdle() else { return .busy }
            do throws(GitError) {
                try await interruptible(["repack", "-a", "-d", "-l", "-k", "-q", "-n", "--no-write-bitmap-index"])
                try await interruptible(["pack-refs", "--all"])
            } catch {
                try clearStaleLocks()
                throw error
            }
            return .packed(before: before, after: try await objectStore())
        }
    }

    /// Brings loose objects and small packs into larger ones while others work with the hub: every pack then has at least twice the objects of all
    /// smaller ones together, so there are few, and an object is packed anew only a few times however long the run is.
    ///
    /// Nothing is dropped, whether a ref leads to it or not, and refs are left alone. What goes has its objects in a pack that is already there, and
    /// a git that has looked before looks again when it finds a pack or an object gone. No lock is held meanwhile.
    /// - Parameter isForced: whether to pack even where it can wait.
    /// - Throws: ``GitError``; of kind `cancelled` when the calling task was cancelled. Half a pack is removed by the next start, or with the next
    ///   ``compact(isForced:while:)`` that is cancelled.
    @discardableResult
    package func gatherPacks(isForced: Bool = false) async throws(GitError) -> Compaction {
        let before = try await objectStore()
        guard isForced || before.isOverdue else { return .notNeeded(before) }
        try await interruptible(["repack", "--geometric=2", "-d", "-l", "-q", "-n", "--threads=1", "--no-write-bitmap-index"])
        return .packed(before: before, after: try await objectStore())
    }

    private func interruptible(_ arguments: [String]) async throws(GitError) {
        try await git.run(arguments, at: location, timeout: .seconds(3_600), isInterruptible: true)
    }
}

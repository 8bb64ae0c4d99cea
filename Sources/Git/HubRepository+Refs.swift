import Orchestration
import Processes

/// How a compare-and-swap of a ref ended.
package enum RefUpdate: Sendable, Equatable {
    /// The ref has the new value.
    case updated
    /// The ref did not have the expected value, and was left alone; nil if it does not exist.
    case moved(to: ObjectID?)
}

extension HubRepository {
    /// The object that a ref or a full id names; nil if there is none.
    package func resolve(_ ref: String) async throws(GitError) -> ObjectID? {
        if ObjectID(ref) == nil {
            _ = try RefName.full(ref)
            // What it does not know may be a ref to an object that is gone, which is a ref all the same.
            if let facts = try await facts(ref) { return facts.id }
            if try !mayHaveRef(ref) { return nil }
        }
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", ref]
        let result = try await git.attempt(arguments, at: location)
        if result.exit == .exited(1) { return nil }
        guard result.succeeded else { throw Git.failure(of: arguments, result) }
        return try Self.objectID(in: result.standardOutput, command: "git rev-parse \(ref)")
    }

    /// False where no ref of that name is written anywhere.
    private func mayHaveRef(_ ref: String) throws(GitError) -> Bool {
        if FolderTree.exists("\(path)/\(ref)") { return true }
        let packed = try FolderHandle(path: path).read("packed-refs", limit: .max) ?? []
        return packed.split(separator: 0x0A).contains { $0.drop { $0 != 0x20 }.dropFirst().elementsEqual(ref.utf8) }
    }

    /// Whether the commit is here.
    package func contains(_ commit: ObjectID) async throws(GitError) -> Bool {
        try await facts("\(commit)^{commit}") != nil
    }

    /// Moves `ref` to `new` if it is at `old`, in one step.
    ///
    /// - Parameter old: the expected value; nil means that the ref must not exist.
    /// - Returns: `.moved` if the ref is elsewhere. That is an answer, not an error.
    /// - Throws: ``GitError``, `lockHeld` when another process holds the ref.
    package func compareAndSwap(ref: String, new: ObjectID, old: ObjectID?) async throws(GitError) -> RefUpdate {
        let arguments = ["update-ref", try RefName.full(ref), new.hex, old?.hex ?? zeroID]
        let result = try await git.attempt(arguments, at: location)
        if result.succeeded { return .updated }
        let current = try await resolve(ref)
        if current != old { return .moved(to: current) }
        throw Git.failure(of: arguments, result)
    }

    /// Sets `ref` whatever it was.
    package func setRef(_ ref: String, to id: ObjectID) async throws(GitError) {
        try await git.run(["update-ref", try RefName.full(ref), id.hex], at: location)
    }

    /// The same for a ref that only cco uses, such as a task's work, by a process that stays.
    func setOwnRef(_ ref: String, to id: ObjectID) async throws(GitError) {
        let ref = try RefName.full(ref)
        // Setting it again is harmless, and a lock of a killed git is cleared on that way.
        if await !transact("update \(ref) \(id)") { try await setRef(ref, to: id) }
    }

    /// One transaction of a process that stays; it holds the locks no longer than one of its own would.
    ///
    /// - Parameter changes: as `update-ref --stdin` takes them, one on each line.
    /// - Returns: whether it is known to have been made. A process of its own can say why not, or find that it was.
    func transact(_ changes: String) async -> Bool {
        let done = Array("start: ok\ncommit: ok\n".utf8)
        do throws(GitError) {
            try await sessions.refs.ask(Array("start\n\(changes)\ncommit\n".utf8)) { bytes in
                bytes.count < done.count ? nil : bytes.prefix(done.count).elementsEqual(done) ? ((), taken: done.count) : nil
            }
            return true
        } catch {
            return false
        }
    }

    /// Removes `ref`; one that does not exist is fine.
    ///
    /// - Parameter expected: if given, the ref is removed only while it is there.
    package func deleteRef(_ ref: String, expected: ObjectID? = nil) async throws(GitError) {
        try await git.run(["update-ref", "-d", try RefName.full(ref)] + (expected.map { [$0.hex] } ?? []), at: location)
    }

    /// Sets and removes refs in one transaction: all of them or none.
    package func changeRefs(set: [String: ObjectID] = [:], delete: [String]) async throws(GitError) {
        guard !set.isEmpty || !delete.isEmpty else { return }
        var text = ""
        for (ref, id) in set.sorted(by: { $0.key < $1.key }) { text += "update \(try RefName.full(ref)) \(id)\n" }
        for ref in delete { text += "delete \(try RefName.full(ref))\n" }
        try await git.run(["update-ref", "--stdin"], at: location, input: Array(text.utf8))
    }

    /// What each of some refs leads to, by name; those that do not exist are missing. One question to git however many they are.
    func resolve(_ refs: [String]) async throws(GitError) -> [String: ObjectID] {
        guard !refs.isEmpty else { return [:] }
        let output = try await git.run(["for-each-ref", "--format=%(objectname) %(refname)"] + refs, at: location).outputText
        var found: [String: ObjectID] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2, let id = ObjectID(parts[0]) { found[String(parts[1])] = id }
        }
        return found
    }

    /// All refs whose names begin with `prefix` (which ends with a slash), by name.
    package func listRefs(_ prefix: String) async throws(GitError) -> [(name: String, id: ObjectID)] {
        _ = try RefName.full(prefix.hasSuffix("/") ? String(prefix.dropLast()) + "/x" : prefix)
        let output = try await git.run(["for-each-ref", "--format=%(objectname) %(refname)", prefix], at: location).outputText
        return output.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let id = ObjectID(parts[0]) else { return nil }
            return (String(parts[1]), id)
        }
    }

    /// Makes `commit` reachable under `refs/cco/kept/<name>` for good. A different commit of that name gets a second name.
    ///
    /// - Returns: the ref.
    @discardableResult
    package func keep(_ commit: ObjectID, name: String) async throws(GitError) -> String {
        let ref = "refs/cco/kept/" + name
        guard case .moved(let present) = try await compareAndSwap(ref: ref, new: commit, old: nil), present != commit else { return ref }
        let second = "\(ref)-\(commit.short)"
        try await setRef(second, to: commit)
        return second
    }

    /// Makes `commit` reachable under `refs/cco/pinned/<name>` until ``deleteRef(_:expected:)``; an older pin of that name is moved.
    ///
    /// - Returns: the ref.
    @discardableResult
    package func pin(_ commit: ObjectID, name: String) async throws(GitError) -> String {
        let ref = "refs/cco/pinned/" + name
        try await setOwnRef(ref, to: commit)
        return ref
    }

    /// Checks every object and its connections.
    ///
    /// - Throws: ``GitError`` with what is broken.
    package func fsck() async throws(GitError) {
        try await git.run(["fsck", "--full", "--strict", "--no-dangling", "--no-progress"], at: location, timeout: .seconds(1_800))
    }
}

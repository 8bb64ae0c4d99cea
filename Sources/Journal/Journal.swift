import GRDB
import Orchestration
import Synchronization

/// The run's one source of truth: an append-only sequence of events in `<run folder>/journal.sqlite`.
///
/// **Rules**
/// - One process, one `Journal`, one connection. SQLite's lock is taken for good when the journal opens (`locking_mode = EXCLUSIVE`);
///   a second opener gets `.locked`. Views read through the process that has it open. With one connection that writes, reads and
///   checkpoints, the races between writers and checkpointers of old SQLite versions cannot happen.
/// - `append` is synchronous: when it returns, the events survive SIGKILL and power failure (`synchronous = FULL`). A commit costs
///   about 0.2–1 ms on an SSD. That is short enough to be made from an actor, and it keeps "commit, then act" free of suspension
///   points, at which the state could change.
/// - Readers take the connection for one page at a time, so that a long read never holds up an append for long.
/// - Bodies may carry agents' words: file 0600, folder 0700.
package final class Journal: Sendable {
    /// The file's name inside the run's folder. SQLite keeps `journal.sqlite-wal` beside it.
    package static let fileName = "journal.sqlite"

    /// The file.
    package let path: String
    /// Whose journal it is, as the file says.
    package let identity: JournalIdentity

    /// What is kept of the file in memory, in KiB: enough for the pages that an append changes.
    private static let pageCacheKibibytes = 256

    private let queue: DatabaseQueue
    /// Held during every use of the connection; says whether it is closed. Using a closed connection would crash.
    private let isClosed = Mutex(false)
    let state: Mutex<State>

    /// What is known without asking the database.
    struct State {
        var last: Int64
        var subscribers: [UInt64: AsyncStream<Int64>.Continuation] = [:]
        var nextSubscriber: UInt64 = 0
        /// The failure after which it is unknown what the file holds; no append is accepted from then on.
        var failure: JournalError?
        /// Set when the subscriptions were ended: no new one is kept.
        var isEnded = false
    }

    /// Opens the run's journal, or makes one when the folder (whose parent must exist) has none.
    ///
    /// Throws `.foreign` when the file belongs to another run, `.newerFormat`, `.corrupt`, `.locked`, `.diskFull` or `.io`.
    /// Whatever it throws, an existing file is neither deleted nor changed.
    /// - Parameter sizeLimit: bytes the database file may have at most; `append` throws `.diskFull` beyond it. `nil`: no limit.
    package convenience init(folder: String, identity: JournalIdentity, sizeLimit: Int? = nil) throws(JournalError) {
        let file = JournalFile(folder: folder)
        try file.create()
        try self.init(path: file.path, identity: identity, sizeLimit: sizeLimit)
    }

    /// Opens the journal that is in `folder`, whichever run it belongs to. Throws `.missing` when there is none.
    package convenience init(existingIn folder: String) throws(JournalError) {
        let file = JournalFile(folder: folder)
        try file.secure()
        try self.init(path: file.path, identity: nil, sizeLimit: nil)
    }

    private init(path: String, identity: JournalIdentity?, sizeLimit: Int?) throws(JournalError) {
        do {
            let queue = try DatabaseQueue(
                path: path, configuration: Self.configuration(path: path, isNew: identity != nil, sizeLimit: sizeLimit))
            self.queue = queue
            self.path = path
            if let identity { try JournalSchema.migrator(identity: identity).migrate(queue) }
            let found = try queue.read { database in try JournalSchema.identity(database, path: path) }
            if let identity, identity.run != found.run {
                throw JournalError(.foreign, path: path, detail: "it is the journal of run \(found.run), not of \(identity.run)")
            }
            self.identity = found
            if identity == nil { try JournalSchema.migrator(identity: found).migrate(queue) }
            let last = try queue.read { database in try Int64.fetchOne(database, sql: "SELECT MAX(seq) FROM event") ?? 0 }
            state = Mutex(State(last: last))
        } catch {
            throw JournalError(error, path: path)
        }
    }

    private static func configuration(path: String, isNew: Bool, sizeLimit: Int?) -> Configuration {
        var configuration = Configuration()
        configuration.label = "journal"
        // Nobody else may have the file open, so there is nobody to wait for.
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { database in
            // First of all, so that the file is locked before anything is read, and the index of the WAL lives in private memory.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA mmap_size = 0")
            // Appended to at its end and read from one end to the other: what a reading leaves in memory (2 MB by default) serves nobody. In KiB.
            try database.execute(sql: "PRAGMA cache_size = -\(Self.pageCacheKibibytes)")
            // Before anything is written: a file that is not ours stays as it is.
            let isEmpty = try JournalSchema.isEmpty(database, path: path)
            guard isNew || !isEmpty else { throw JournalError(.missing, path: path, detail: "the file is empty") }
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                throw JournalError(.io, path: path, detail: "the file system does not allow a write-ahead log")
            }
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // Gives the space of an unusually long log back after the next checkpoint.
            try database.execute(sql: "PRAGMA journal_size_limit = \(16 << 20)")
            if let sizeLimit {
                let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
                try database.execute(sql: "PRAGMA max_page_count = \(max(1, sizeLimit / pageSize))")
            }
        }
        return configuration
    }

    /// The newest event's number; 0 when there is none.
    package var lastSequence: Int64 { state.withLock { $0.last } }

    /// Ends all subscriptions, brings everything into the main file and closes it. Calls after that throw `.closed`; closing again does nothing.
    package func close() throws(JournalError) {
        let subscribers = state.withLock { state in
            state.isEnded = true
            defer { state.subscribers = [:] }
            return state.subscribers.values.map(\.self)
        }
        // Outside the lock: finishing runs the termination handler, which takes it.
        for subscriber in subscribers { subscriber.finish() }
        do {
            try isClosed.withLock { isClosed in
                if isClosed { return }
                try queue.close()
                isClosed = true
            }
        } catch {
            throw JournalError(error, path: path)
        }
    }

    /// Runs `body` alone on the connection. Throws `.closed` after `close()`, and what `body` throws as an error of the journal.
    func withConnection<Result>(_ body: (DatabaseQueue) throws -> Result) throws(JournalError) -> Result {
        do {
            return try isClosed.withLock { isClosed in
                guard !isClosed else { throw JournalError(.closed, path: path, detail: "it takes no more calls") }
                return try body(queue)
            }
        } catch {
            throw JournalError(error, path: path)
        }
    }
}

import Foundation
import GRDB
import Orchestration
import Synchronization

extension Journal {
    /// Appends all records in one transaction and returns their sequence numbers; they are durable on return.
    ///
    /// Collecting several records into one commit is the caller's part. After `.diskFull` nothing of the batch is in the file and
    /// the call may be repeated. After `.io` or `.corrupt` it is unknown whether the batch will be there at the next start
    /// (a failed fsync says nothing about the data), so that error is thrown again for every further append until the journal
    /// is opened anew: acting on a guess would be worse than stopping.
    package func append(_ records: [JournalRecord]) throws(JournalError) -> ClosedRange<Int64> {
        guard !records.isEmpty else { throw JournalError(.misuse, path: path, detail: "an append without a record") }
        return try withConnection { queue in
            let first = try firstFreeSequence()
            let last = first + Int64(records.count) - 1
            do {
                try queue.inTransaction(.immediate) { database in
                    let statement = try database.cachedStatement(sql: "INSERT INTO event (seq, time, kind, body) VALUES (?, ?, ?, ?)")
                    for (sequence, record) in zip(first...last, records) {
                        try statement.execute(arguments: [sequence, record.time.milliseconds, record.kind, Data(record.body)])
                    }
                    return .commit
                }
            } catch {
                throw remember(JournalError(error, path: path))
            }
            announce(last)
            return first...last
        }
    }

    /// Only called while holding the connection, so that two appends cannot take the same numbers.
    private func firstFreeSequence() throws(JournalError) -> Int64 {
        let (last, failure) = state.withLock { ($0.last, $0.failure) }
        if let failure { throw failure }
        return last + 1
    }

    private func remember(_ error: JournalError) -> JournalError {
        if error.kind == .io || error.kind == .corrupt {
            state.withLock { $0.failure = error }
        }
        return error
    }
}

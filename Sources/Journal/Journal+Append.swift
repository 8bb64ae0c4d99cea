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
                if records.count <= Self.mostRowsOfStatement {
                    try queue.writeWithoutTransaction { database in try insert(records[...], from: first, database) }
                } else {
                    try queue.inTransaction(.immediate) { database in
                        for start in stride(from: 0, to: records.count, by: Self.mostRowsOfStatement) {
                            let rows = records[start..<min(records.count, start + Self.mostRowsOfStatement)]
                            try insert(rows, from: first + Int64(start), database)
                        }
                        return .commit
                    }
                }
            } catch {
                throw remember(JournalError(error, path: path))
            }
            announce(last)
            return first...last
        }
    }

    /// Inserts rows by one statement: a transaction of its own where none is open, which spares the statements around it and most of what
    /// each costs besides the rows.
    private func insert(_ records: ArraySlice<JournalRecord>, from first: Int64, _ database: Database) throws {
        // Of this type, because the library goes through a key path for each value of an array of any other.
        var values: [(any DatabaseValueConvertible)?] = []
        values.reserveCapacity(records.count * 4)
        for (sequence, record) in zip(first..., records) {
            values.append(sequence)
            values.append(record.time.milliseconds)
            values.append(record.kind)
            values.append(Data(record.body))
        }
        let statement = try database.cachedStatement(sql: Self.insertions[records.count - 1])
        try statement.execute(arguments: StatementArguments(values))
    }

    /// Few decisions have more events.
    private static let mostRowsOfStatement = 32

    /// The statements for one row, for two, and so on.
    private static let insertions = (1...mostRowsOfStatement).map { count in
        "INSERT INTO event (seq, time, kind, body) VALUES " + repeatElement("(?, ?, ?, ?)", count: count).joined(separator: ", ")
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

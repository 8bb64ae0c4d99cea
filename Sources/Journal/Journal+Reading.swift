import Foundation
import GRDB
import Orchestration

extension Journal {
    /// How much `forEach` reads at a time: small enough to hold an append up for a few milliseconds at most.
    private static let pageRows = 512
    private static let pageBytes = 1 << 20

    /// Calls `body` for each event after `sequence`, in order, without ever holding more than a page of them in memory.
    ///
    /// `body` runs while the connection is free, so it may append; events appended meanwhile are visited too. Throws what `body`
    /// throws, `.corrupt` when a number is missing, `.io` or `.closed`.
    /// - Returns: the number of the last event visited, or `sequence` when there was none: the cursor for the next call.
    @discardableResult
    package func forEach(after sequence: Int64, limit: Int = .max, _ body: (JournalEvent) throws -> Void) throws -> Int64 {
        var cursor = sequence
        var remaining = limit
        while remaining > 0 {
            let page = try page(after: cursor, rows: min(remaining, Self.pageRows), bytes: Self.pageBytes)
            if page.isEmpty { break }
            for event in page {
                try body(event)
                cursor = event.sequence
            }
            remaining -= page.count
        }
        return cursor
    }

    /// At most `limit` events after `sequence`, in order. Fewer only when the journal has no more.
    package func events(after sequence: Int64, limit: Int) throws(JournalError) -> [JournalEvent] {
        guard limit > 0 else { return [] }
        return try page(after: sequence, rows: limit, bytes: .max)
    }

    /// Checks the whole file for damage; takes time in proportion to its size. Throws `.corrupt` with the first finding.
    package func verifyIntegrity() throws(JournalError) {
        let finding = try withConnection { queue in
            try queue.read { database in try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") }
        }
        guard finding == "ok" else {
            throw JournalError(.corrupt, path: path, detail: finding ?? "the check said nothing")
        }
    }

    /// At most `rows` events after `sequence`, and fewer when they are long: a bounded piece. Empty only at the journal's end.
    package func piece(after sequence: Int64, rows: Int) throws(JournalError) -> [JournalEvent] {
        guard rows > 0 else { return [] }
        return try page(after: sequence, rows: min(rows, Self.pageRows), bytes: Self.pageBytes)
    }

    /// The next piece of the journal, as much as is read at a time; empty at its end.
    func nextPage(after sequence: Int64) throws(JournalError) -> [JournalEvent] {
        try page(after: sequence, rows: Self.pageRows, bytes: Self.pageBytes)
    }

    /// Ends after `rows` events or when the bodies reach `bytes`; has at least one event unless there is none.
    private func page(after sequence: Int64, rows: Int, bytes: Int) throws(JournalError) -> [JournalEvent] {
        try withConnection { queue in
            try queue.read { database in
                let statement = try database.cachedStatement(
                    sql: "SELECT seq, time, kind, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?")
                let cursor = try Row.fetchCursor(statement, arguments: [sequence, rows])
                var events: [JournalEvent] = []
                var size = 0
                while size < bytes, let row = try cursor.next() {
                    let event = JournalEvent(row)
                    let expected = (events.last?.sequence ?? sequence) + 1
                    guard event.sequence == expected else {
                        throw JournalError(.corrupt, path: path, detail: "event \(expected) is missing")
                    }
                    events.append(event)
                    size += event.record.body.count
                }
                return events
            }
        }
    }
}

extension JournalEvent {
    fileprivate init(_ row: Row) {
        let body: Data = row[3]
        self.init(
            sequence: row[0], record: JournalRecord(time: Timestamp(milliseconds: row[1]), kind: row[2], body: [UInt8](body)))
    }
}

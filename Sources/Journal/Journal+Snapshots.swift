import Foundation
import GRDB

extension Journal {
    /// Keeps `body` as the state after event `sequence`, and the one before it; older ones go.
    ///
    /// Throws `.misuse` for a snapshot of events that are not in the journal.
    package func writeSnapshot(_ sequence: Int64, _ body: [UInt8]) throws(JournalError) {
        let last = lastSequence
        guard (0...last).contains(sequence) else {
            throw JournalError(.misuse, path: path, detail: "a snapshot of event \(sequence), but the last one is \(last)")
        }
        try withConnection { queue in
            try queue.write { database in
                try database.execute(
                    sql: "INSERT OR REPLACE INTO snapshot (seq, body) VALUES (?, ?)", arguments: [sequence, Data(body)])
                try database.execute(
                    sql: "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT 2)")
            }
        }
    }

    /// The newest snapshot of event `sequence` or an earlier one; `nil` when there is none and the state has to be folded from the start.
    package func latestSnapshot(upTo sequence: Int64 = .max) throws(JournalError) -> JournalSnapshot? {
        try withConnection { queue in
            try queue.read { database in
                try Row.fetchOne(
                    database, sql: "SELECT seq, body FROM snapshot WHERE seq <= ? ORDER BY seq DESC LIMIT 1", arguments: [sequence]
                ).map { row in
                    let body: Data = row[1]
                    return JournalSnapshot(sequence: row[0], body: [UInt8](body))
                }
            }
        }
    }

    /// Forgets all snapshots; for a state whose encoding has changed. The events stay.
    package func discardSnapshots() throws(JournalError) {
        try withConnection { queue in
            try queue.write { database in try database.execute(sql: "DELETE FROM snapshot") }
        }
    }
}

import Foundation
import GRDB

extension Journal {
    /// Keeps `position` in the place of the turn's last one. Durable on return, like an append, and as expensive: not for every line.
    package func writePosition(_ position: JournalPosition) throws(JournalError) {
        try withConnection { queue in
            try queue.write { database in
                try database.execute(
                    sql: "INSERT OR REPLACE INTO position (turn, bytes, body) VALUES (?, ?, ?)",
                    arguments: [position.turn, position.offset, Data(position.body)])
            }
        }
    }

    /// How far the turn's output was taken in when it was last noted; `nil` when it never was.
    package func position(of turn: String) throws(JournalError) -> JournalPosition? {
        try withConnection { queue in
            try queue.read { database in
                try Row.fetchOne(database, sql: "SELECT bytes, body FROM position WHERE turn = ?", arguments: [turn]).map { row in
                    let body: Data = row[1]
                    return JournalPosition(turn: turn, offset: row[0], body: [UInt8](body))
                }
            }
        }
    }

    /// The turns that have a position, in order.
    package func turnsWithPosition() throws(JournalError) -> [String] {
        try withConnection { queue in
            try queue.read { database in try String.fetchAll(database, sql: "SELECT turn FROM position ORDER BY turn") }
        }
    }

    /// Forgets the turn's position, if it has one: the turn is over.
    package func removePosition(of turn: String) throws(JournalError) {
        guard try position(of: turn) != nil else { return }  // Most turns are too short to have one, and a commit waits for the disk.
        try withConnection { queue in
            try queue.write { database in try database.execute(sql: "DELETE FROM position WHERE turn = ?", arguments: [turn]) }
        }
    }
}

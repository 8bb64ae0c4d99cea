import Foundation
import GRDB
import Journal
import Orchestration
import Testing

/// Files of every earlier format, as the version that made them left them.
@Suite("Journals of earlier formats")
struct MigrationTests {
    /// What cco wrote before positions in turns' output were kept.
    private static let format1 = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('format 1');
        PRAGMA application_id = 1667460970;
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, run TEXT NOT NULL, created INTEGER NOT NULL,
            cco_version TEXT NOT NULL
        ) STRICT;
        CREATE TABLE event (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE snapshot (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
        INSERT INTO meta VALUES (1, 1, 'run-1', 1000, '0.1.0');
        """

    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    @Test("a journal of format 1 keeps all that is in it, and takes events, snapshots and positions", arguments: [false, true])
    func format1(existing: Bool) throws {
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: false)
        let queue = try DatabaseQueue(path: fixture.path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: Self.format1)
            for number in 0..<10 {
                let record = JournalFixture.record(number)
                try database.execute(
                    sql: "INSERT INTO event VALUES (?, ?, ?, ?)",
                    arguments: [number + 1, record.time.milliseconds, record.kind, Data(record.body)])
            }
            try database.execute(sql: "INSERT INTO snapshot VALUES (8, ?)", arguments: [Data([8])])
        }
        try queue.close()

        for round in 0..<2 {
            let journal = existing ? try Journal(existingIn: fixture.folder) : try fixture.open()
            #expect(journal.identity.run == "run-1" && journal.identity.version == "0.1.0")
            #expect(try journal.events(after: 0, limit: 100).map(\.record) == JournalFixture.records(0..<10 + round))
            #expect(try journal.latestSnapshot() == JournalSnapshot(sequence: 8, body: [8]))
            #expect(try journal.append([JournalFixture.record(10 + round)]) == Int64(11 + round)...Int64(11 + round))
            try journal.writePosition(.init(turn: "turn-1", offset: Int64(round), body: [1]))
            #expect(try journal.position(of: "turn-1")?.offset == Int64(round))
            try journal.verifyIntegrity()
            try journal.close()
        }
        let format = try DatabaseQueue(path: fixture.path).read { try Int.fetchOne($0, sql: "SELECT format FROM meta") }
        #expect(format == 2)
    }
}

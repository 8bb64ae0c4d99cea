import GRDB
import Orchestration

/// The journal's tables and the way from one format to the next.
///
/// `meta` keeps its columns in every format, because a cco that is too old reads them to say so.
enum JournalSchema {
    /// The newest format this code reads and the one it writes.
    static let format = 2

    /// Marks the file as ours in SQLite's header: "ccoj".
    static let applicationID = 0x6363_6F6A

    /// Takes a database of any older format to the newest one, one transaction a step.
    ///
    /// A new step is added with its own number; the old ones are never changed.
    static func migrator(identity: JournalIdentity) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("format 1") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(
                sql: """
                    CREATE TABLE meta (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        format INTEGER NOT NULL,
                        run TEXT NOT NULL,
                        created INTEGER NOT NULL,
                        cco_version TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE event (
                        seq INTEGER PRIMARY KEY,
                        time INTEGER NOT NULL,
                        kind TEXT NOT NULL,
                        body BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE snapshot (
                        seq INTEGER PRIMARY KEY,
                        body BLOB NOT NULL
                    ) STRICT;
                    """)
            try database.execute(
                sql: "INSERT INTO meta (id, format, run, created, cco_version) VALUES (1, 1, ?, ?, ?)",
                arguments: [identity.run, identity.created.milliseconds, identity.version])
        }
        migrator.registerMigration("format 2") { database in
            try database.execute(
                sql: """
                    CREATE TABLE position (
                        turn TEXT PRIMARY KEY,
                        bytes INTEGER NOT NULL,
                        body BLOB NOT NULL
                    ) STRICT;
                    UPDATE meta SET format = 2;
                    """)
        }
        return migrator
    }

    /// Tells whether the database is still empty. Throws for one that is not ours or too new, before anything is written to it.
    static func isEmpty(_ database: Database, path: String) throws -> Bool {
        let id = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        // The migrator makes its own table first, in a transaction of its own: a start may die between that and ours.
        let tables = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'") ?? 0
        if id == 0 && tables == 0 { return true }
        guard id == applicationID else {
            throw JournalError(.foreign, path: path, detail: "it is the database of another program")
        }
        guard let row = try Row.fetchOne(database, sql: "SELECT format, cco_version FROM meta") else {
            throw JournalError(.corrupt, path: path, detail: "it does not say which format it has")
        }
        let found: Int = row["format"]
        guard found <= format else {
            let version: String = row["cco_version"]
            throw JournalError(
                .newerFormat(found: found, supported: format), path: path, detail: "it was written by cco \(version)")
        }
        return false
    }

    /// Who the journal belongs to, as the file says.
    static func identity(_ database: Database, path: String) throws -> JournalIdentity {
        guard let row = try Row.fetchOne(database, sql: "SELECT run, created, cco_version FROM meta") else {
            throw JournalError(.corrupt, path: path, detail: "it does not say which run it belongs to")
        }
        return JournalIdentity(run: row["run"], created: Timestamp(milliseconds: row["created"]), version: row["cco_version"])
    }
}

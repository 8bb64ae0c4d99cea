import Foundation
import GRDB
import Journal
import Testing

@Suite("Journal errors")
struct JournalErrorTests {
    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    @Test("a newer format is refused, with both versions and what to do, and stays as it is")
    func newerFormat() throws {
        try fixture.open().close()
        try change("UPDATE meta SET format = 7, cco_version = '9.9.9'")
        let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        let error = try #require(JournalFixture.error { _ = try fixture.open() })
        #expect(error.kind == .newerFormat(found: 7, supported: 2))
        for part in [fixture.path, "7", "2", "cco 9.9.9", "newer"] { #expect(error.description.contains(part)) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == before)
    }

    @Test("a file that is no database is refused and stays as it is", arguments: [false, true])
    func noDatabase(existing: Bool) throws {
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: false)
        let content = Data(String(repeating: "These are my notes. ", count: 1_000).utf8)
        try content.write(to: URL(fileURLWithPath: fixture.path))
        let error = try #require(
            JournalFixture.error { _ = existing ? try Journal(existingIn: fixture.folder) : try fixture.open() })
        #expect(error.kind == .corrupt)
        #expect(error.description.contains(fixture.path))
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == content)
    }

    @Test("another program's database is refused and stays as it is")
    func foreignDatabase() throws {
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: false)
        try change("CREATE TABLE recipe (name TEXT)")
        let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        #expect(JournalFixture.error { _ = try fixture.open() }?.kind == .foreign)
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == before)
    }

    @Test("the journal of another run is not continued")
    func otherRun() throws {
        try fixture.open().close()
        let other = JournalIdentity(run: "run-2", created: JournalFixture.identity.created, version: "1.2.3")
        let error = try #require(JournalFixture.error { _ = try fixture.open(identity: other) })
        #expect(error.kind == .foreign)
        #expect(error.description.contains("run-1") && error.description.contains("run-2"))
    }

    @Test("a symbolic link is not followed")
    func symbolicLink() throws {
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: fixture.path, withDestinationPath: fixture.parent + "/elsewhere")
        #expect(JournalFixture.error { _ = try fixture.open() }?.kind == .foreign)
        #expect(!FileManager.default.fileExists(atPath: fixture.parent + "/elsewhere"))
    }

    @Test("a damaged page is reported as damage and the file is not deleted")
    func damagedPage() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<2_000, size: 500))
        try journal.close()
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
        try handle.seek(toOffset: 20 * 4096)
        try handle.write(contentsOf: Data(repeating: 0xAB, count: 100 * 4096))
        try handle.close()
        let damaged = try fixture.open()
        #expect(JournalFixture.error { try damaged.forEach(after: 0) { _ in } }?.kind == .corrupt)
        #expect(JournalFixture.error { try damaged.verifyIntegrity() }?.kind == .corrupt)
        #expect(FileManager.default.fileExists(atPath: fixture.path))
    }

    @Test("a missing event is damage, not a shorter story")
    func gap() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<10))
        try journal.close()
        try change("DELETE FROM event WHERE seq = 6")
        let broken = try fixture.open()
        var visited: Int64 = 0
        let error = JournalFixture.error { try broken.forEach(after: 0, limit: 5) { visited = $0.sequence } }
        #expect(error == nil && visited == 5)
        let found = try #require(JournalFixture.error { _ = try broken.events(after: 5, limit: 5) })
        #expect(found.kind == .corrupt)
        #expect(found.description.contains("event 6"))
    }

    @Test("a second opener is told that the journal is in use")
    func locked() throws {
        let journal = try fixture.open()
        #expect(JournalFixture.error { _ = try fixture.open() }?.kind == .locked)
        #expect(JournalFixture.error { _ = try Journal(existingIn: fixture.folder) }?.kind == .locked)
        _ = try journal.append([JournalFixture.record(1)])
        try journal.close()
        #expect(try fixture.open().lastSequence == 1)
    }

    @Test("another process is told so too")
    func lockedForOtherProcess() async throws {
        let journal = try fixture.open()
        let folder = fixture.folder
        await #expect(processExitsWith: .exitCode(75)) { [folder = folder as String] in
            let kind = JournalFixture.error { _ = try Journal(existingIn: folder) }?.kind
            exit(kind == .locked ? 75 : 1)
        }
        try journal.close()
    }

    @Test("a folder without a journal is said to have none, and none is made")
    func missing() throws {
        #expect(JournalFixture.error { _ = try Journal(existingIn: fixture.folder) }?.kind == .missing)
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: false)
        #expect(JournalFixture.error { _ = try Journal(existingIn: fixture.folder) }?.kind == .missing)
        #expect(!FileManager.default.fileExists(atPath: fixture.path))
        #expect(JournalFixture.error { _ = try Journal(folder: fixture.parent + "/a/b", identity: JournalFixture.identity) }?.kind == .io)
    }

    @Test("a start that died before the tables were made is repeated")
    func emptyFile() throws {
        try FileManager.default.createDirectory(atPath: fixture.folder, withIntermediateDirectories: false)
        try Data().write(to: URL(fileURLWithPath: fixture.path))
        #expect(JournalFixture.error { _ = try Journal(existingIn: fixture.folder) }?.kind == .missing)
        #expect(try fixture.open().append([JournalFixture.record(1)]) == 1...1)
    }

    @Test("a full disk loses the batch as a whole and only that batch")
    func diskFull() throws {
        let journal = try fixture.open(sizeLimit: 256 << 10)
        _ = try journal.append(JournalFixture.records(0..<10))
        let error = try #require(JournalFixture.error { _ = try journal.append(JournalFixture.records(10..<1_000, size: 1_000)) })
        #expect(error.kind == .diskFull)
        #expect(error.description.contains("full") && error.description.contains(fixture.path))
        #expect(journal.lastSequence == 10)
        #expect(try journal.append([JournalFixture.record(10)]) == 11...11)
        #expect(try journal.events(after: 0, limit: 100).map(\.record) == JournalFixture.records(0..<11))
    }

    @Test("after a failed write no append is accepted until the journal is opened again, and nothing acknowledged is lost")
    func failedWrite() async throws {
        let folder = fixture.folder
        await #expect(processExitsWith: .exitCode(75)) { [folder = folder as String] in
            signal(SIGXFSZ, SIG_IGN)
            let journal = try Journal(folder: folder, identity: JournalFixture.identity)
            _ = try journal.append(JournalFixture.records(0..<10))
            var limit = rlimit(rlim_cur: 200_000, rlim_max: rlim_t.max)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(1) }
            let first = JournalFixture.error { _ = try journal.append(JournalFixture.records(10..<1_000, size: 1_000)) }
            limit.rlim_cur = rlim_t.max
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
            let second = JournalFixture.error { _ = try journal.append([JournalFixture.record(10)]) }
            exit(first?.kind == .io && second == first && journal.lastSequence == 10 ? 75 : 3)
        }
        let journal = try fixture.open()
        #expect(journal.lastSequence == 10)
        #expect(try journal.append([JournalFixture.record(10)]) == 11...11)
    }

    /// Changes the closed file behind the journal's back.
    private func change(_ sql: String) throws {
        let queue = try DatabaseQueue(path: fixture.path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}

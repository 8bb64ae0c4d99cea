import Foundation
import Journal
import Testing

@Suite("Journal after a crash")
struct CrashTests {
    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    /// The child appends batches of three for ever and says so for each, byte by byte in a second file, until the parent's limit of
    /// acknowledged batches is reached and a thread of its own kills it, wherever its appends are at that moment.
    @Test("no acknowledged event is lost when the process is killed in the middle of appending")
    func killed() async throws {
        let folder = fixture.folder
        let acknowledged = fixture.parent + "/acknowledged"
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, acknowledged = acknowledged as String] in
            let journal = try Journal(folder: folder, identity: JournalFixture.identity)
            let descriptor = open(acknowledged, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            var batch = 0
            while true {
                _ = try journal.append(JournalFixture.records(batch * 3..<batch * 3 + 3, size: 2_000))
                guard write(descriptor, "x", 1) == 1 else { return }
                batch += 1
                if batch == 150 {
                    Thread.detachNewThread { kill(getpid(), SIGKILL) }
                }
            }
        }
        let count = try Data(contentsOf: URL(fileURLWithPath: acknowledged)).count
        try #require(count >= 150)
        let journal = try fixture.open()
        #expect(journal.lastSequence >= Int64(count * 3))
        #expect(journal.lastSequence.isMultiple(of: 3))
        var number = 0
        try journal.forEach(after: 0) { event in
            try #require(event.record == JournalFixture.record(number, size: 2_000))
            number += 1
        }
        #expect(Int64(number) == journal.lastSequence)
        try journal.verifyIntegrity()
        #expect(try journal.append([JournalFixture.record(0)]).lowerBound == Int64(number) + 1)
    }

    @Test("the files of an open journal hold every event whose append has returned")
    func copied() throws {
        let journal = try fixture.open()
        for batch in 0..<30 {
            _ = try journal.append(JournalFixture.records(batch * 5..<batch * 5 + 5, size: 3_000))
            if batch.isMultiple(of: 10) {
                let copy = try Journal(existingIn: fixture.copy(to: "copy-\(batch)"))
                #expect(copy.lastSequence == Int64(batch + 1) * 5)
                try copy.verifyIntegrity()
            }
        }
    }

    @Test("a torn write-ahead log leaves whole batches only, from the start and without a gap")
    func torn() throws {
        let journal = try fixture.open()
        for batch in 0..<8 { _ = try journal.append(JournalFixture.records(batch * 5..<batch * 5 + 5, size: 3_000)) }
        let size = try Data(contentsOf: URL(fileURLWithPath: fixture.path + "-wal")).count
        var found: Set<Int64> = []
        for part in 1...20 {
            // An odd number of bytes: cuts run through pages and their headers.
            let folder = try fixture.copy(to: "torn-\(part)", logBytes: size * part / 20 - (part == 20 ? 0 : 13))
            let copy: Journal
            do {
                copy = try Journal(existingIn: folder)
            } catch {
                // The tables themselves are in the log, so a cut near its start leaves an empty file.
                #expect(error.kind == .missing)
                continue
            }
            #expect(copy.lastSequence.isMultiple(of: 5))
            #expect(try copy.events(after: 0, limit: 100).map(\.record) == JournalFixture.records(0..<Int(copy.lastSequence), size: 3_000))
            found.insert(copy.lastSequence)
        }
        #expect(found.count > 3)
        #expect(found.max() == 40)
    }
}

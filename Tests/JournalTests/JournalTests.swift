import Foundation
import Journal
import Orchestration
import Testing

@Suite("Journal")
struct JournalTests {
    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    @Test("appended events come back in order, with everything they had")
    func roundTrip() throws {
        let journal = try fixture.open()
        let records = JournalFixture.records(1..<4) + [JournalRecord(time: Timestamp(milliseconds: -5), kind: "Ünï", body: [0, 255, 10])]
        #expect(try journal.append(Array(records.prefix(1))) == 1...1)
        #expect(try journal.append(Array(records.dropFirst())) == 2...4)
        #expect(journal.lastSequence == 4)
        let events = try journal.events(after: 0, limit: 100)
        #expect(events.map(\.sequence) == [1, 2, 3, 4])
        #expect(events.map(\.record) == records)
        #expect(try journal.events(after: 2, limit: 1).map(\.sequence) == [3])
        #expect(try journal.events(after: 4, limit: 10).isEmpty)
        #expect(try journal.events(after: 0, limit: 0).isEmpty)
    }

    @Test("a hundred thousand events are appended in batches and streamed back in order")
    func hundredThousand() throws {
        let journal = try fixture.open()
        let body = [UInt8](repeating: 0x78, count: 300)
        for batch in 0..<200 {
            let numbers = batch * 500..<(batch + 1) * 500
            let records = numbers.map { JournalRecord(time: Timestamp(milliseconds: Int64($0)), kind: "tick", body: body) }
            let range = try journal.append(records)
            try #require(range == Int64(numbers.lowerBound + 1)...Int64(numbers.upperBound))
        }
        var next: Int64 = 1
        var mismatches = 0
        let end = try journal.forEach(after: 0) { event in
            if event.sequence != next || event.record.time.milliseconds != next - 1 || event.record.body != body { mismatches += 1 }
            next += 1
        }
        #expect(mismatches == 0)
        #expect(end == 100_000)
        #expect(next == 100_001)
        try journal.close()
        let again = try fixture.open()
        #expect(again.lastSequence == 100_000)
        var visited = 0
        let cursor = try again.forEach(after: 99_000, limit: 700) { _ in visited += 1 }
        #expect(visited == 700)
        #expect(cursor == 99_700)
    }

    @Test("a large event does not keep the ones after it from being read")
    func largeBodies() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<3, size: 3 << 20) + JournalFixture.records(3..<6))
        var sizes: [Int] = []
        try journal.forEach(after: 0) { sizes.append($0.record.body.count) }
        #expect(sizes == [3 << 20, 3 << 20, 3 << 20, 40, 40, 40])
    }

    @Test("the visitor may append, and then visits what it appended")
    func appendWhileReading() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<2))
        var seen: [Int64] = []
        try journal.forEach(after: 0) { event in
            seen.append(event.sequence)
            if event.sequence < 5 { _ = try journal.append([JournalFixture.record(9)]) }
        }
        #expect(seen == [1, 2, 3, 4, 5, 6])
    }

    @Test("appends of many tasks neither overlap nor leave a gap")
    func concurrentAppends() async throws {
        let journal = try fixture.open()
        let ranges = try await withThrowingTaskGroup(of: ClosedRange<Int64>.self) { group in
            for task in 0..<40 {
                group.addTask { try journal.append(JournalFixture.records(task * 3..<task * 3 + 3)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(ranges.flatMap(Array.init)) == Set(1...120))
        #expect(journal.lastSequence == 120)
    }

    @Test("an empty append is refused as a defect of the caller")
    func emptyAppend() throws {
        let journal = try fixture.open()
        #expect(JournalFixture.error { _ = try journal.append([]) }?.kind == .misuse)
    }

    @Test("the file is private, and so are its write-ahead log and its folder")
    func permissions() throws {
        try FileManager.default.createDirectory(
            atPath: fixture.folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let journal = try fixture.open()
        _ = try journal.append([JournalFixture.record(1)])
        #expect(try JournalFixture.permissions(fixture.folder) == 0o700)
        #expect(try JournalFixture.permissions(fixture.path) == 0o600)
        #expect(try JournalFixture.permissions(fixture.path + "-wal") == 0o600)
        // Exclusive locking keeps the log's index in memory.
        #expect(!FileManager.default.fileExists(atPath: fixture.path + "-shm"))
    }

    @Test("the journal says whose it is, also to someone who does not know the run")
    func identity() throws {
        try fixture.open().close()
        #expect(try Journal(existingIn: fixture.folder).identity == JournalFixture.identity)
    }

    @Test("after closing, every call says that it is closed")
    func closed() throws {
        let journal = try fixture.open()
        try journal.close()
        #expect(JournalFixture.error { _ = try journal.append([JournalFixture.record(1)]) }?.kind == .closed)
        #expect(JournalFixture.error { _ = try journal.events(after: 0, limit: 1) }?.kind == .closed)
        #expect(JournalFixture.error { _ = try journal.latestSnapshot() }?.kind == .closed)
    }
}

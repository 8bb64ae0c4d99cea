import Journal
import Testing

@Suite("Journal snapshots")
struct SnapshotTests {
    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    @Test("the newest snapshot is found again after a restart")
    func newest() throws {
        var journal = try fixture.open()
        #expect(try journal.latestSnapshot() == nil)
        _ = try journal.append(JournalFixture.records(0..<10))
        try journal.writeSnapshot(4, [4])
        try journal.writeSnapshot(8, [8, 8])
        try journal.close()
        journal = try fixture.open()
        #expect(try journal.latestSnapshot() == JournalSnapshot(sequence: 8, body: [8, 8]))
        #expect(try journal.latestSnapshot(upTo: 7) == JournalSnapshot(sequence: 4, body: [4]))
        #expect(try journal.latestSnapshot(upTo: 3) == nil)
    }

    @Test("the newest two snapshots stay, and one of the same event is replaced")
    func bounded() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<10))
        for sequence: Int64 in [1, 2, 3, 3] { try journal.writeSnapshot(sequence, [UInt8(sequence), 7]) }
        #expect(try journal.latestSnapshot() == JournalSnapshot(sequence: 3, body: [3, 7]))
        #expect(try journal.latestSnapshot(upTo: 2)?.sequence == 2)
        #expect(try journal.latestSnapshot(upTo: 1) == nil)
    }

    @Test("a snapshot of events that were never appended is refused")
    func ahead() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<2))
        #expect(JournalFixture.error { try journal.writeSnapshot(3, [1]) }?.kind == .misuse)
        #expect(try journal.latestSnapshot() == nil)
    }

    @Test("discarding snapshots keeps the events")
    func discard() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<2))
        try journal.writeSnapshot(2, [1])
        try journal.discardSnapshots()
        #expect(try journal.latestSnapshot() == nil)
        #expect(try journal.events(after: 0, limit: 5).count == 2)
    }
}

import Foundation
import GRDB
import Journal
import Testing

@Suite("Journal positions in turns' output")
struct PositionTests {
    let fixture: JournalFixture

    init() throws { fixture = try JournalFixture() }

    @Test("a turn's newest position is found again after a restart, and no other turn's")
    func newest() throws {
        var journal = try fixture.open()
        #expect(try journal.position(of: "turn-1") == nil)
        for offset: Int64 in [70_000, 140_000] {
            try journal.writePosition(.init(turn: "turn-1", offset: offset, body: [1, UInt8(offset % 251)]))
        }
        try journal.writePosition(.init(turn: "turn-2", offset: 9, body: []))
        try journal.close()
        journal = try fixture.open()
        #expect(try journal.position(of: "turn-1") == JournalPosition(turn: "turn-1", offset: 140_000, body: [1, UInt8(140_000 % 251)]))
        #expect(try journal.turnsWithPosition() == ["turn-1", "turn-2"])
        try journal.removePosition(of: "turn-1")
        try journal.removePosition(of: "turn-9")
        #expect(try journal.position(of: "turn-1") == nil)
        #expect(try journal.turnsWithPosition() == ["turn-2"])
    }

    @Test("positions number no events and wake no reader")
    func beside() throws {
        let journal = try fixture.open()
        _ = try journal.append(JournalFixture.records(0..<3))
        try journal.writePosition(.init(turn: "turn-1", offset: 1, body: [1]))
        #expect(journal.lastSequence == 3)
        #expect(try journal.append(JournalFixture.records(3..<4)) == 4...4)
        #expect(try journal.events(after: 0, limit: 9).map(\.record) == JournalFixture.records(0..<4))
    }
}

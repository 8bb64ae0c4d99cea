import Journal
import Orchestration
import Testing

@testable import Engine

@Suite("Reconciliation: places in turns' output")
struct OutputPositionsTests {
    @Test("places of turns that are over are forgotten, those of running ones stay")
    func places() async throws {
        let test = try await WorkplaceFixture()
        let journal = try Journal(
            folder: test.folder.path + "/journal", identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
        for turn in ["turn-0", "turn-1", "turn-10"] { try journal.writePosition(.init(turn: turn, offset: 1, body: [])) }
        let duty = OutputPositions(journal: journal, run: test.run)
        #expect(try duty.reconcile() == ["forgot turn-0, turn-10, which nobody reads any more"])
        #expect(try journal.turnsWithPosition() == ["turn-1"])
        #expect(try duty.reconcile().isEmpty)
    }
}

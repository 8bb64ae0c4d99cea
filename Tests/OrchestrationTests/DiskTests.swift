import Simulation
import Testing

@testable import Orchestration

@Suite("Too little room on the disk")
struct DiskTests {
    /// A run with turns under way whose disk has just been found to be full.
    private func full() throws -> Scenario {
        let scenario = try Scenario(.sample(workers: 2, minutes: 100_000))
        try scenario.start()
        try scenario.play { run in run.turns.values.contains { $0.task != nil } }
        try scenario.feed(.diskShort("12 MB free"))
        return scenario
    }

    @Test("agents are stopped, nothing is begun, and what waits is room and nothing else")
    func waits() throws {
        let scenario = try full()
        #expect(scenario.run.isShortOfDisk)
        #expect(scenario.run.turns.values.allSatisfy { $0.stopCause == .diskShort })
        #expect(scenario.run.effects.values.filter { $0.effect == .awaitRoom }.count == 1)
        #expect(try scenario.feed(.clock).isEmpty, "something was begun")
        #expect(try scenario.feed(.diskShort("11 MB free")).isEmpty, "it is said once")
    }

    @Test("with room again the same sessions go on, and the run ends as it would have")
    func goesOn() throws {
        let scenario = try full()
        let sessions = Set(scenario.run.turns.values.map(\.session))
        try scenario.playOut()
        #expect(scenario.run.phase == .ended(.complete))
        let resumed = scenario.journal.compactMap { entry -> String? in
            if case .turnStarted(let turn) = entry.event, turn.carriesOn { turn.session } else { nil }
        }
        #expect(sessions.isSubset(of: resumed))
    }

    @Test("the next engine waits for room as well")
    func survivesRestart() throws {
        let scenario = try full()
        try scenario.feed(.suspend("cco pause"))
        let events = try scenario.start()
        #expect(scenario.run.isShortOfDisk)
        #expect(!events.contains { if case .effectIntended = $0 { true } else { false } }, "something was begun")
    }
}

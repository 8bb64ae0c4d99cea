import Simulation
import Testing

@testable import Orchestration

@Suite("The company")
struct CompanyTests {
    private func run(_ settings: RunSettings) -> Run { Run(id: ID("run-1"), settings: settings, seed: 1, at: .begin) }

    @Test("ten workers in groups of four are teams of four, four and two, each with its own lead")
    func split() {
        let run = run(.sample(workers: 10))
        #expect(!run.isFlat)
        #expect(run.teams.keys.sorted().map { run.teams[$0]?.members.count } == [4, 4, 2])
        #expect(run.teams.keys.sorted().map { run.teams[$0]?.lead } == [ID("em-1"), ID("em-2"), ID("em-3")])
        #expect(run.teams.values.flatMap(\.members).sorted() == (1...10).map { ID("worker", $0) })
        #expect(run.agents[Run.director]?.team == nil)
        #expect(run.target(of: ID("team-2")) == .team(ID("team-2")))
    }

    @Test("a run with no more workers than one group is led by the Director on the target branch", arguments: [1, 3, 4])
    func flat(workers: Int) {
        let run = run(.sample(workers: workers))
        #expect(run.isFlat)
        #expect(run.teams.count == 1)
        #expect(run.teams[ID("team-1")]?.lead == Run.director)
        #expect(run.agents.count == workers + 1)
        #expect(run.target(of: ID("team-1")) == .base)
    }

    @Test("settings of a later start are taken over, the company's shape and branches are not")
    func adoption() throws {
        let scenario = try Scenario(.sample(workers: 4))
        try scenario.start()
        try scenario.play { $0.turns.count == 4 }
        let later = RunSettings.sample(workers: 20, groupSize: 2, minutes: 999).with {
            $0.maxBudgetUsd = 12.5
            $0.targetBranch = "other"
            $0.branch = "other"
            $0.repository = "https://example.org/other.git"
            $0.maxTaskAttempts = 5
        }
        try scenario.crash(settings: later)
        let settings = scenario.run.settings
        #expect(settings.maxRunMinutes == 999)
        #expect(settings.maxBudgetUsd == 12.5)
        #expect(settings.maxTaskAttempts == 5)
        #expect(settings.workerCount == 4)
        #expect(settings.engineerManagerGroupSize == 4)
        #expect([settings.branch, settings.targetBranch, settings.repository] == ["main", "main", "https://example.org/shop.git"])
        #expect(scenario.run.agents.count == 5)
    }

    @Test("a gate's command that changes between two engines makes earlier verdicts worthless")
    func changedCommand() throws {
        let scenario = try Scenario(.sample(workers: 1))
        try scenario.start()
        try scenario.play { $0.queue.contains { if case .gating = $0.state { true } else { false } } }
        #expect(!scenario.run.verifiedTrees.isEmpty)
        try scenario.crash(settings: scenario.run.settings.with { $0.verifyCommand = "make all" })
        #expect(scenario.run.verifiedTrees.isEmpty)
        try scenario.playOut()
        let commands = Set(
            scenario.journal.compactMap { if case .effectIntended(_, .gate(_, _, _, let command, _)) = $0.event { command } else { nil } })
        #expect(commands == ["make check", "make all"])
        let verdicts = scenario.journal.compactMap { if case .treeVerified(_, let command, _) = $0.event { command } else { nil } }
        #expect(verdicts.last == "make all")
        #expect(scenario.run.phase == .ended(.complete))
    }
}

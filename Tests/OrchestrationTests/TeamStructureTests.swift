import Simulation
import Testing

@testable import Orchestration

@Suite("TEAM_STRUCTURE.md")
struct TeamStructureTests {
    @Test("the text follows from the state alone and has neither times nor costs")
    func deterministic() throws {
        var texts: [String] = []
        for start in [Timestamp.begin, .begin.advanced(byMinutes: 90)] {
            let scenario = try Scenario(.sample(workers: 6), seed: UInt64(start.milliseconds), at: start)
            try scenario.start()
            try scenario.play { $0.tasks.values.count { $0.state == .assigned } == 6 }
            texts.append(TeamStructure.render(scenario.run))
        }
        #expect(texts[0] == texts[1])
        #expect(texts[0].contains("## team-2, led by em-2"))
        #expect(texts[0].contains("| task-1 | Do worker-1-0 | worker-1 | in progress |"))
        #expect(texts[0].contains("Base branch `main`, gate: `make check`."))
    }

    @Test("the task that the commit lands is shown as landed, the others as they are")
    func landing() throws {
        let scenario = try Scenario(.sample(workers: 2))
        scenario.hooks.duration = { effect, _ in
            switch effect {
            case .merge: 3_600_000
            // Both are ready at once, so that one gate judges them.
            case .runTurn: 60_000
            default: effect.usualDuration
            }
        }
        try scenario.start()
        try scenario.play { $0.queue.count == 2 }
        let candidate = try #require(scenario.run.queue.first)
        let text = TeamStructure.render(scenario.run, landing: [candidate])
        #expect(text.contains("| task-1 | Do worker-1-0 | worker-1 | landed |"))
        #expect(text.contains("| task-2 | Do worker-2-0 | worker-2 | merging |"))
        let both = TeamStructure.render(scenario.run, landing: scenario.run.queue)
        #expect(both.contains("| task-1 | Do worker-1-0 | worker-1 | landed |"))
        try scenario.play { $0.tasks[ID("task-1")]?.state.word == "landed" }
        #expect(TeamStructure.render(scenario.run) == both, "they were verified together and land together")
    }

    @Test("a title cannot break out of its table row, and a run without a gate says so")
    func escaping() throws {
        let scenario = try Scenario(.sample(workers: 1).with { $0.verifyCommand = nil })
        #expect(TeamStructure.render(scenario.run).contains("gate: not chosen yet"))
        scenario.hooks.plan = { _, _ in
            var draft = TaskDraft.draft("a")
            draft.title = "one\n| two | three"
            return [draft]
        }
        try scenario.start()
        try scenario.play { !$0.tasks.isEmpty }
        let text = TeamStructure.render(scenario.run)
        #expect(text.contains("| task-1 | one / two / three | worker-1 |") || text.contains("| task-1 | one  / two / three | worker-1 |"))
        #expect(text.contains("gate: none (ungated)"))
    }
}

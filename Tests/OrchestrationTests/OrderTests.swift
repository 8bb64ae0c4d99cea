import Simulation
import Testing

@testable import Orchestration

@Suite("The order of the merge queues")
struct OrderTests {
    @Test("what waits for one branch is merged in the order in which it became ready")
    func readiness() throws {
        let queue = try BranchQueue(1) { _ in false }
        try queue.untilGate()
        try queue.add([9, 4])
        try queue.add([7])
        try queue.playOut()
        #expect(queue.landings == [[0], [9, 4, 7]])
    }

    @Test("a task is queued only after those it depends on have landed, whatever else is ready")
    func dependencies() throws {
        let scenario = try Scenario(.sample(workers: 3))
        scenario.hooks.plan = { _, _ in [.draft("a"), .draft("b", after: ["a"]), .draft("c")] }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let turn) = effect, let task = run.turns[turn]?.task else { return 1000 }
            return task == ID("task-1") ? 1_200_000 : 60_000
        }
        try scenario.start()
        try scenario.playOut()
        var order: [String] = []
        for record in scenario.journal {
            switch record.event {
            case .candidateQueued(let candidate): if case .task(let id) = candidate.kind { order.append("\(id) queued") }
            case .taskSettled(let id, .landed): order.append("\(id) landed")
            default: break
            }
        }
        #expect(
            order == [
                "task-3 queued", "task-3 landed", "task-1 queued", "task-1 landed", "task-2 queued", "task-2 landed",
            ])
    }

    @Test("of several branches the one whose candidate has waited longest is first to get a gate slot", arguments: [1, 2])
    func age(first: Int) throws {
        let scenario = try Scenario(.sample(workers: 2, groupSize: 1).with { $0.gateSlots = 1 })
        scenario.hooks.plan = { team, _ in [.draft("\(team)")] }
        scenario.hooks.duration = { effect, run in
            switch effect {
            // Both tasks are ready before the gate on the base as found is over.
            case .baseline: 36_000_000
            case .runTurn(let turn): run.turns[turn]?.task == ID("task-\(first)") ? 60_000 : 600_000
            default: 1000
            }
        }
        try scenario.start()
        try scenario.playOut()
        let gated = scenario.journal.compactMap { record -> TaskID? in
            guard case .effectIntended(_, .gate(let id, _, _, _, _)) = record.event else { return nil }
            let queued = scenario.journal.compactMap { if case .candidateQueued(let candidate) = $0.event { candidate } else { nil } }
            guard case .task(let task) = queued.first(where: { $0.id == id })?.kind else { return nil }
            return task
        }
        #expect(gated == [ID("task-\(first)"), ID("task-\(3 - first)")])
    }
}

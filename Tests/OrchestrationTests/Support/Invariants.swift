@testable import Orchestration

/// What has to hold after every decision, whatever the world does.
struct Invariants {
    let before: Run
    let after: Run
    let events: [Event]
    let now: Timestamp
    let isStart: Bool
    /// Whether it is looked for idle agents, which takes most of the time.
    let checksIdle: Bool
    let world: World

    /// What does not hold, in words.
    var problems: [String] {
        turnProblems + taskProblems + queueProblems + eventProblems + phaseProblems + (checksIdle ? idleProblems : [])
            + (after.isEnded && !before.isEnded ? endProblems : [])
    }

    private var turnProblems: [String] {
        var problems: [String] = []
        let turns = after.turns.values
        if Set(turns.map(\.agent)).count != turns.count { problems.append("an agent has two active turns") }
        if Set(turns.map(\.session)).count != turns.count { problems.append("a session has two active turns") }
        let pending = Set(after.effects.values.compactMap { if case .runTurn(let id) = $0.effect { id } else { nil } })
        if pending != Set(after.turns.keys) { problems.append("turns \(after.turns.keys.sorted()) but effects for \(pending.sorted())") }
        for agent in after.agents.values {
            if let active = agent.activeTurn, after.turns[active]?.agent != agent.id {
                problems.append("\(agent.id) points at a turn it does not have")
            }
        }
        for turn in turns {
            if after.agents[turn.agent]?.activeTurn != turn.id { problems.append("\(turn.id) runs and its agent does not know") }
            if turn.role.writesCode != (turn.task != nil) {
                problems.append("\(turn.id) of a \(turn.role) is about \(turn.task?.name ?? "no task")")
            }
        }
        return problems
    }

    private var taskProblems: [String] {
        var problems: [String] = []
        let queued = after.queue.compactMap { if case .task(let id) = $0.kind { id } else { nil } }
        if Set(queued).count != queued.count { problems.append("a task is in the queue twice") }
        for task in after.tasks.values {
            let isActive = after.turns.values.contains { $0.task == task.id }
            switch task.state {
            case .waiting:
                if task.worker != nil || task.next != nil { problems.append("\(task.id) waits and has a worker") }
            case .assigned:
                if task.worker == nil || task.next == nil { problems.append("\(task.id) is assigned to nobody or to do nothing") }
            case .submitted:
                if task.report == nil { problems.append("\(task.id) is submitted without a report") }
            case .approved:
                if !queued.contains(task.id) { problems.append("\(task.id) is approved and in no queue") }
            case .landed, .unneeded, .dropped, .failed:
                if task.next != nil || task.settledAt == nil { problems.append("\(task.id) is settled and has something to do") }
            }
            if isActive, task.state != .assigned { problems.append("\(task.id) has a turn and is \(task.state.word)") }
            if task.state != .approved, queued.contains(task.id) { problems.append("\(task.id) is \(task.state.word) and in the queue") }
        }
        for (worker, tasks) in Dictionary(grouping: after.tasks.values.filter { $0.state == .assigned }, by: \.worker) {
            // Tasks that came back wait for the one in hand; no more than may be out of a worker's hands.
            if tasks.count > Run.openTasksPerWorker + 1 { problems.append("\(worker?.name ?? "") has \(tasks.count) tasks at once") }
            if tasks.count(where: { $0.session == nil }) > 1 {
                problems.append("\(worker?.name ?? "") was given a second task before it began the first")
            }
        }
        return problems
    }

    private var queueProblems: [String] {
        var problems: [String] = []
        for (target, candidates) in Dictionary(grouping: after.queue, by: \.target) {
            let active = candidates.filter { $0.state != .waiting }
            if active.count > 1 { problems.append("two active candidates for \(target)") }
            if active.isEmpty, after.suspension == nil, after.isIntegrating { problems.append("the queue for \(target) stands still") }
        }
        var expected: [String] = []
        for candidate in after.queue {
            switch candidate.state {
            case .waiting: break
            case .merged:
                if after.suspension == nil, after.busyGateSlots < after.settings.gateSlots {
                    problems.append("\(candidate.id) waits for a slot that is free")
                }
            case .merging: expected.append("merge \(candidate.id)")
            case .gating(let commit, _, _, _): expected.append("gate \(candidate.id) \(commit)")
            case .publishing(let commit, _, let onto): expected.append("publish \(candidate.id) \(commit) \(onto)")
            }
        }
        let pending: [String] = after.effects.values.compactMap {
            switch $0.effect {
            case .merge(let id): "merge \(id)"
            case .gate(let id, let commit, _, _): "gate \(id) \(commit)"
            case .publish(let id, let commit, let onto): "publish \(id) \(commit) \(onto)"
            case .prepareBase, .runTurn, .baseline, .conclude, .awaitRoom: nil
            }
        }
        if pending.sorted() != expected.sorted() {
            problems.append("the queue expects \(expected.sorted()), pending are \(pending.sorted())")
        }
        if after.busyGateSlots > after.settings.gateSlots { problems.append("more gates run than there are slots") }
        return problems
    }
}

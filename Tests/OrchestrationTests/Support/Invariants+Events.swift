@testable import Orchestration

extension Invariants {
    /// What the decision did that no decision may do.
    var eventProblems: [String] {
        var problems: [String] = []
        var isSuspended = before.suspension != nil && !isStart
        var queue = before.queue
        for event in events {
            switch event {
            case .suspended, .faulted: isSuspended = true
            case .effectIntended(let id, _), .effectRetried(let id):
                if isSuspended { problems.append("\(id) is begun while the run is suspended") }
            case .candidateQueued(let candidate): queue.append(candidate)
            case .turnStarted(let turn): problems += startProblems(turn)
            case .candidatePublished(let id, _, let tree):
                if after.verifyCommand != nil, after.verifiedTrees[tree.hex] == nil {
                    problems.append(
                        "\(id) of \(queue.first { $0.id == id }?.target ?? .base) is published with a tree that never passed the gate")
                }
            default: break
            }
        }
        return problems
    }

    private func startProblems(_ turn: Turn) -> [String] {
        var problems: [String] = []
        if let credential = after.credentials.first(where: { $0.id == turn.credential }),
            credential.rejected != nil || (credential.benchedUntil ?? now) > now
        {
            problems.append("\(turn.id) starts on \(credential.id), which is benched or rejected")
        }
        if case .working = before.phase {
        } else if case .preparing = before.phase {
        } else {
            problems.append("\(turn.id) starts in phase \(before.phase)")
        }
        if let id = turn.task, let task = after.tasks[id] {
            let missing = task.dependsOn.filter { after.tasks[$0]?.state.satisfiesDependents != true }
            if !missing.isEmpty { problems.append("\(turn.id) starts \(id) before \(missing)") }
            if case .stuck = after.teams[task.team]?.stage, case .work = turn.brief {
                problems.append("\(turn.id) begins work for a team that has given up")
            }
        }
        return problems
    }

    /// Whether the run can go on by itself, and has let go of everything when it is over.
    var phaseProblems: [String] {
        if after.isEnded {
            return after.effects.isEmpty && after.turns.isEmpty ? [] : ["the run has ended with \(after.effects.count) pending effects"]
        }
        guard after.suspension == nil else { return [] }
        let isBusy = after.effects.values.contains { $0.delayedUntil == nil }
        guard isBusy || after.nextDeadline(after: now) != nil else { return ["a deadlock: no effect is pending and no deadline is set"] }
        // Waiting for nothing but the end of the run's time is a deadlock too.
        if case .working = after.phase, after.effects.isEmpty, !after.credentials.isEmpty {
            let waits =
                after.credentials.contains { $0.rejected == nil && ($0.benchedUntil ?? now) > now }
                || after.agents.values.contains { ($0.next?.notBefore ?? now) > now }
                || after.tasks.values.contains { ($0.next?.notBefore ?? now) > now }
            if !waits { return ["a deadlock: the run only waits for its time to be over"] }
        }
        return []
    }

    /// Whether anybody is idle who could work.
    var idleProblems: [String] {
        guard case .working = after.phase, after.suspension == nil, after.credentials.contains(where: { $0.isUsable(at: now) }) else {
            return []
        }
        var problems: [String] = []
        for agent in after.agents.values where agent.activeTurn == nil {
            if agent.role.writesCode {
                if after.nextTask(for: agent.id, at: now) != nil { problems.append("\(agent.id) has a task and does not begin") }
                if let team = agent.team, !after.isStuck(team), after.canTakeTask(agent.id, at: now),
                    let task = after.readyTask(for: agent.id, of: team)
                {
                    problems.append("\(agent.id) is free and \(task.id) waits")
                }
            } else if let next = agent.next, next.notBefore.map({ $0 <= now }) ?? true {
                problems.append("\(agent.id) has something to do and does not begin")
            }
        }
        return problems
    }

    /// What must be true when a run is over: nothing that was approved is left behind.
    var endProblems: [String] {
        var problems: [String] = []
        if !after.queue.isEmpty { problems.append("the run ends with \(after.queue.count) candidates in the queue") }
        let published = world.holds(after.base?.head)
        for task in after.tasks.values {
            guard case .landed = task.state, !after.isStuck(task.team) else { continue }
            if !published.contains(task.id.name) { problems.append("\(task.id) has landed and is not on the base branch") }
        }
        for (id, team) in after.teams where !after.isFlat && team.undelivered && !after.isStuck(id) {
            problems.append("\(id) has work that was never delivered")
        }
        return problems
    }
}

extension Run {
    func isStuck(_ team: TeamID) -> Bool { if case .stuck = teams[team]?.stage { true } else { false } }
}

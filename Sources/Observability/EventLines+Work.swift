import Orchestration

extension EventScribe {
    func planLines(_ event: Event) -> [EventLine] {
        switch event {
        case .goalSet(let team, let goal):
            return [line("director", .notice, "\(team)'s goal: \(goal.title)")]
        case .planRejected(let team, let problems):
            let author = team.flatMap { after.teams[$0]?.lead.name } ?? Run.director.name
            let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
            return [line(author, .warning, "The plan goes back to its author, \(count): \(problems.joined(separator: "; "))")]
        case .planAccepted(let team, let summary):
            return [line(after.teams[team]?.lead.name ?? team.name, .info, "Plan for \(team): \(summary)")]
        case .goalsAccepted(let summary):
            return [line("director", .info, "Goals are set: \(summary)")]
        case .teamEntered(let team, let stage, let summary):
            return entered(team, stage, summary)
        case .deliveryReturned(let team, let instructions):
            return [line("director", .notice, "Returns \(team)'s delivery: \(instructions)")]
        case .directorWants(let complete, let summary, _):
            return [
                line(
                    "director", complete ? .notice : .info,
                    complete ? "Declares the direction fulfilled: \(summary)" : "Decides: \(summary)")
            ]
        default:
            return []
        }
    }

    private func entered(_ team: TeamID, _ stage: Team.Stage, _ summary: String) -> [EventLine] {
        let lead = after.teams[team]?.lead.name ?? team.name
        return switch stage {
        case .offered: [line(lead, .notice, "\(team) offers its work for \(after.settings.targetBranch): \(summary)")]
        case .promoting: [line("director", .notice, "\(team)'s branch goes to \(after.settings.targetBranch)'s merge queue.")]
        case .stuck(let reason): [line(lead, .warning, "\(team) is STUCK: \(reason)")]
        case .assessing: [line(lead, .info, "All tasks of \(team) are settled; it judges what has landed.")]
        case .idle, .planning, .working: []
        }
    }

    func taskLines(_ event: Event) -> [EventLine] {
        switch event {
        case .taskAdded(let task):
            let after = task.dependsOn.isEmpty ? "" : ", after \(task.dependsOn.map(\.name).joined(separator: ", "))"
            return [line("run", task.isRepair ? .notice : .info, "New for \(task.team): \(label(task.id))\(after)")]
        case .taskBriefed(let id, let worker, let pending):
            return briefed(id, worker, pending)
        case .taskSubmitted(let id, let report):
            let worker = after.tasks[id]?.worker?.name ?? "worker"
            return switch report.status {
            case .done: [line(worker, .info, "Submits \(label(id)): \(report.summary)")]
            case .blocked: [line(worker, .warning, "Is BLOCKED at \(label(id)): \(report.summary)")]
            }
        case .quickCheckKnown(let id, let verdict):
            return quickLines(id, verdict)
        case .taskUndecided(let id):
            return [line(lead(of: id), .warning, "Says nothing about \(label(id)) in its review.")]
        case .taskApproved(let id):
            return [line(lead(of: id), .info, "\(label(id)) is approved.")]
        case .taskReleased(let id, let reason):
            return [line("run", .warning, "\(label(id)) is begun anew by another worker: \(reason)")]
        case .taskHeld(let id, let holder, let path):
            return [line("run", .info, "\(label(id)) waits: it would collide with \(holder) on \(path).")]
        case .taskSettled(let id, let state):
            return settled(id, state)
        case .taskReopened(let id):
            return [line("run", .notice, "\(label(id)) is begun anew.")]
        default:
            return []
        }
    }

    private func quickLines(_ id: TaskID, _ verdict: QuickVerdict) -> [EventLine] {
        switch verdict {
        case .green: [line("gate", .info, "The quick gate is green for \(label(id)).")]
        case .red(let excerpt):
            [
                line("gate", .notice, "The quick gate is red for \(label(id)) (\(cut(excerpt.ending, limit: 40)))."),
                line("gate", .info, "Its output: \(excerpt.logPath)"),
            ]
        case .skipped: []
        }
    }

    private func briefed(_ id: TaskID, _ worker: AgentID, _ pending: Pending) -> [EventLine] {
        // A brief that only goes on after an interruption is told by its turn.
        guard !pending.carryOn else { return [] }
        let what = label(id)
        return switch pending.brief {
        case .work where pending.failures == 0: [line(worker.name, .info, "Gets \(what).")]
        case .rework(_, let instructions): [line(lead(of: id), .notice, "Wants changes in \(what): \(instructions)")]
        case .resolveConflict(_, _, let files):
            [line(worker.name, .warning, "Is to resolve CONFLICTS of \(what) in \(files.map(\.path).joined(separator: ", "))")]
        case .fixGate: [line(worker.name, .warning, "Is to mend the red gate of \(what).")]
        case .fixQuickGate: [line(worker.name, .notice, "Is to mend what the quick gate found in \(what).")]
        case .finish(_, let reason, _): [line(worker.name, .notice, "Is to finish \(what): \(reason)")]
        case .proceed where pending.question == nil: [line(worker.name, .info, "Goes on with \(what).")]
        case .work, .proceed, .planGoals, .planTasks, .fixPlan, .review, .assess, .decide: []
        }
    }

    private func settled(_ id: TaskID, _ state: TeamTask.State) -> [EventLine] {
        let cost = after.tasks[id].map { " after \(HumanText.money(dollars: $0.costUsd))" } ?? ""
        return switch state {
        case .unneeded: [line("run", .info, "\(label(id)) needs no change\(cost).")]
        case .dropped(let reason): [line("run", .warning, "\(label(id)) is DROPPED\(cost): \(reason)")]
        case .failed(let reason): [line("run", .warning, "\(label(id)) has FAILED\(cost): \(reason)")]
        // The landing itself is told when the commit is published.
        case .landed, .waiting, .assigned, .submitted, .approved: []
        }
    }
}

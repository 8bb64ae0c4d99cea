extension Decider {
    /// Gives every lead without something to do what its team needs next.
    ///
    /// - Parameter isAfterStart: whether everything has begun that can begin now.
    mutating func briefLeads(isAfterStart: Bool = false) {
        for id in run.teams.keys.sorted() {
            settleStage(id)
            guard let team = run.teams[id], let lead = run.agents[team.lead], lead.activeTurn == nil, lead.next == nil else { continue }
            if let brief = nextBrief(for: team), run.isDue(brief, of: team, isAfterStart: isAfterStart, at: now) {
                emit(.leadBriefed(team.lead, Pending(brief)))
            }
        }
    }

    /// Moves a team whose tasks have all come to rest on to its next stage.
    private mutating func settleStage(_ id: TeamID) {
        guard let team = run.teams[id] else { return }
        switch team.stage {
        case .idle where run.isFlat && !run.directorSaysComplete:
            emit(.teamEntered(id, .planning, summary: ""))
        case .working where run.isAtRest(id):
            if team.accepted, team.undelivered { queueDelivery(id) } else { emit(.teamEntered(id, .assessing, summary: "")) }
        case .offered where run.settings.promotion == .auto:
            queueDelivery(id)
        default:
            break
        }
    }

    private func nextBrief(for team: Team) -> Brief? {
        if case .stuck = team.stage { return nil }
        let submitted = run.tasks.submitted(of: team.id)
        if !submitted.isEmpty { return .review(submitted) }
        switch team.stage {
        case .planning: return run.isFlat && run.questions.holdsPlan ? nil : .planTasks
        case .assessing: return run.isAtRest(team.id) ? .assess : nil
        case .working: return run.isFlat && run.directionChanged ? .assess : nil
        case .idle, .offered, .promoting, .stuck: return nil
        }
    }

    mutating func tasksPlanned(_ turn: Turn, _ report: TaskPlanReport) {
        settleVerification(report.verifyCommand, by: turn.agent)
        guard run.isFlat, planNeedsApproval else { return acceptTasks(report, of: turn.agent) }
        guard accept(report.tasks, of: turn.agent, isWholePlan: true) != nil else { return }
        emit(.briefDone(turn.agent))
        requestApproval(.tasks(report), madeBy: turn.agent, text: report.summary)
    }

    private mutating func acceptTasks(_ report: TaskPlanReport, of lead: AgentID) {
        guard let team = run.agents[lead]?.team, let tasks = accept(report.tasks, of: lead, isWholePlan: true) else { return }
        emit(.briefDone(lead))
        begin(tasks, of: team, report.summary)
    }

    /// A plan that a person has approved of. It was checked when it was made; what has come meanwhile is put in order with it, and where that is not
    /// enough the lead, who may be at something else, plans anew.
    mutating func takeApproved(_ report: TaskPlanReport, of lead: AgentID) {
        guard let team = run.agents[lead]?.team else { return }
        var check = PlanCheck(drafts: report.tasks, of: team, in: run.tasks, mayBeEmpty: true)
        check.orderCollidingTasks()
        let problems = check.problems
        guard problems.isEmpty else { return emit(.planRejected(team, problems)) }
        begin(check.tasks(team: team, firstNumber: run.counters.tasks + 1, at: now), of: team, report.summary)
    }

    private mutating func begin(_ tasks: [TeamTask], of team: TeamID, _ summary: String) {
        emit(.planAccepted(team, summary: summary))
        for task in tasks { emit(.taskAdded(task)) }
    }

    /// Checks drafts mechanically. What does not pass goes back to its author with the list; `nil` then.
    private mutating func accept(_ drafts: [TaskDraft], of lead: AgentID, isWholePlan: Bool) -> [TeamTask]? {
        guard let team = run.agents[lead]?.team else { return nil }
        let rejections = run.teams[team]?.planRejections ?? 0
        // An author that has been told once and still plans nothing means that the goal is reached; an assessment then says so.
        var check = PlanCheck(drafts: drafts, of: team, in: run.tasks, mayBeEmpty: !isWholePlan || rejections > 0)
        // An author that has been told once and still lets tasks collide gets them put in order instead of a third round.
        if rejections > 0 { check.orderCollidingTasks() }
        let problems = check.problems
        guard problems.isEmpty else {
            emit(.planRejected(team, problems))
            guard rejections < 3 else {
                emit(.briefDone(lead))
                let reason = "\(lead) could not make a plan that holds: \(problems.joined(separator: "; "))"
                if run.isFlat { end(.noProgress(reason)) } else { emit(.teamEntered(team, .stuck(reason), summary: "")) }
                return nil
            }
            emit(.leadBriefed(lead, Pending(.fixPlan(problems: problems))))
            return nil
        }
        return check.tasks(team: team, firstNumber: run.counters.tasks + 1, at: now)
    }

    mutating func settleVerification(_ proposal: String?, by agent: AgentID) {
        guard !run.verifySettled else { return }
        let command = proposal.flatMap { text in
            let trimmed = text.drop { $0.isWhitespace }
            return trimmed.isEmpty ? nil : String(trimmed)
        }
        emit(.verifyChosen(command, proposedBy: command == nil ? nil : agent))
    }

    mutating func reviewed(_ turn: Turn, _ asked: [TaskID], _ report: ReviewReport) {
        emit(.briefDone(turn.agent))
        let decisions = Dictionary(report.decisions.map { ($0.task, $0) }, uniquingKeysWith: { _, last in last })
        for id in asked {
            guard let task = run.tasks[id], task.state == .submitted else { continue }
            guard let decision = decisions[id.name] else {
                emit(.taskUndecided(id))
                // The lead has passed over it three times; the gate decides alone.
                guard (run.tasks[id]?.undecidedReviews ?? 0) >= 3 else { continue }
                if task.report?.status == .done { approve(id) } else { settle(id, .failed("blocked: \(task.report?.summary ?? "")")) }
                continue
            }
            switch decision.verdict {
            case .approve where task.report?.status == .blocked:
                settle(id, .dropped("blocked: \(task.report?.summary ?? "")"))
            case .approve:
                approve(id)
            case .rework:
                let instructions =
                    decision.instructions
                    ?? "The lead asks for changes without saying which; compare the work with the acceptance condition."
                returnToWorker(id, .rework(id, instructions: instructions), reason: "the lead wants changes")
            case .drop:
                settle(id, .dropped(decision.instructions ?? "given up by its lead"))
            }
        }
    }

    mutating func assessed(_ turn: Turn, _ report: AssessmentReport) {
        guard let id = turn.team, let team = run.teams[id] else { return }
        // The team has been given another goal meanwhile; the judgement is about the old one.
        guard team.stage == .assessing || team.stage == .working else { return emit(.briefDone(turn.agent)) }
        let drafts = report.goalReached ? [] : report.tasks ?? []
        if !drafts.isEmpty {
            guard team.idleAssessments < 3 else {
                emit(.briefDone(turn.agent))
                return giveUp(id, "three rounds of tasks brought nothing onto the branch: \(report.summary)")
            }
            emit(.assessed(id))
            guard let tasks = accept(drafts, of: turn.agent, isWholePlan: false) else { return }
            emit(.briefDone(turn.agent))
            emit(.planAccepted(id, summary: report.summary))
            for task in tasks { emit(.taskAdded(task)) }
            return
        }
        emit(.briefDone(turn.agent))
        emit(.assessed(id))
        // The direction may have changed while a flat run's lead judged the old one. That the base is on its way onto the team's branch meanwhile is
        // no reason to ask again: whether they fit together is for the gate to say.
        guard run.hasNoOpenWork(id), !(run.isFlat && run.directionChanged) else { return }
        if !report.goalReached {
            giveUp(id, "its lead says the goal is not reached and has no further task: \(report.summary)")
        } else if run.isFlat {
            emit(.directorWants(complete: true, summary: report.summary))
            end(.complete)
        } else {
            emit(.teamEntered(id, team.undelivered ? .offered : .idle, summary: report.summary))
        }
    }

    private mutating func giveUp(_ id: TeamID, _ reason: String) {
        if run.isFlat { end(.noProgress(reason)) } else { emit(.teamEntered(id, .stuck(reason), summary: "")) }
    }
}

extension Run {
    /// Whether nothing is under way on the team's branch or with it, and its tasks are settled.
    func isAtRest(_ team: TeamID) -> Bool { hasNoOpenWork(team) && !queue.contains { $0.kind == .sync(team) } }

    /// Whether nothing of the team's own is under way.
    func hasNoOpenWork(_ team: TeamID) -> Bool {
        let target = target(of: team)
        return !tasks.hasOpen(team)
            && !queue.contains { ($0.target == target && $0.kind != .sync(team)) || $0.kind == .delivery(team) }
    }

    /// Whether the direction on the target branch is not the one the Director has seen.
    var directionChanged: Bool { shownDirection != nil && base?.direction != nil && base?.direction != shownDirection }
}

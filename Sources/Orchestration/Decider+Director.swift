extension Decider {
    /// The Director of several teams speaks when goals are needed, deliveries wait, or the direction has changed. What waits is decided in
    /// one turn.
    mutating func briefDirector(isAfterStart: Bool = false) {
        guard !run.isFlat, let director = run.agents[Run.director], director.activeTurn == nil, director.next == nil else { return }
        guard !run.questions.holdsPlan else { return }
        guard run.goalsPlanned else { return emit(.leadBriefed(director.id, Pending(.planGoals))) }
        let hasOffers = run.teams.values.contains { $0.stage == .offered }
        if hasOffers, !run.directionChanged, !run.areDeliveriesDue(isAfterStart: isAfterStart, at: now) { return }
        if hasOffers || run.directionChanged { return emit(.leadBriefed(director.id, Pending(.decide))) }
        guard run.allTeamsRest else { return }
        if run.directorSaysComplete {
            // What still is to be promoted needs a person, whom the run's end would not wait for.
            if let team = run.teamToPromote { return queueDelivery(team) }
            return end(.complete)
        }
        // Where no team has money left, goals have no use: it is asked once, for it may find the direction fulfilled.
        let isSpent = run.teams.keys.allSatisfy { run.isSpent($0) }
        if isSpent, run.idleDecisions > 0 { return end(.budgetOver) }
        guard run.idleDecisions < 3 else {
            return end(.noProgress("the Director neither sets goals nor declares the direction fulfilled: \(run.directorSummary)"))
        }
        emit(.leadBriefed(director.id, Pending(.decide)))
    }

    mutating func goalsPlanned(_ turn: Turn, _ report: GoalPlanReport) {
        settleVerification(report.verifyCommand, by: turn.agent)
        let problems = GoalCheck(drafts: report.goals, teams: run.teams.keys.sorted(), mayBeEmpty: run.goalPlanRejections > 0).problems
        guard problems.isEmpty else {
            emit(.planRejected(nil, problems))
            guard run.goalPlanRejections <= 3 else {
                emit(.briefDone(turn.agent))
                return end(.noProgress("the Director could not set goals that hold: \(problems.joined(separator: "; "))"))
            }
            return emit(.leadBriefed(turn.agent, Pending(.fixPlan(problems: problems))))
        }
        emit(.briefDone(turn.agent))
        if planNeedsApproval { return requestApproval(.goals(report), madeBy: turn.agent, text: report.summary) }
        acceptGoals(report)
    }

    mutating func acceptGoals(_ report: GoalPlanReport) {
        emit(.goalsAccepted(summary: report.summary))
        setGoals(report.goals)
    }

    mutating func decided(_ turn: Turn, _ report: DirectorReport) {
        // What is offered while the Director decides it has not been shown.
        let shown = run.teams.values.filter { $0.stage == .offered && $0.offeredSince.map { $0 <= turn.startedAt } ?? true }
        emit(.briefDone(turn.agent))
        for decision in report.deliveries {
            let team: TeamID = ID(decision.team)
            guard run.teams[team]?.stage == .offered else { continue }
            switch decision.verdict {
            case .accept: queueDelivery(team)
            case .return where run.teams[team]?.returns ?? 0 >= run.settings.maxTaskAttempts * 3:
                let reason = "the Director returned its delivery again and again: \(decision.instructions ?? "")"
                emit(.teamEntered(team, .stuck(reason), summary: ""))
            case .return:
                emit(.deliveryReturned(team, instructions: decision.instructions ?? "The Director returned the delivery without a reason."))
            }
        }
        let goals = (report.goals ?? []).filter { run.teams[ID($0.team)] != nil && !run.isSpent(ID($0.team)) }
        setGoals(goals)
        // A delivery that the Director has passed over three times in a row is left to the gate, like a task that its lead passes over.
        let passedOver = shown.map(\.id).sorted().filter { run.teams[$0]?.stage == .offered }
        for team in passedOver where (run.teams[team]?.passedOver ?? 0) >= 2 { queueDelivery(team) }
        if run.teams.values.contains(where: { $0.stage == .offered }) { emit(.leadBriefed(turn.agent, Pending(.decide))) }
        emit(
            .directorWants(
                complete: report.complete && goals.isEmpty, summary: report.summary, passedOver: passedOver.isEmpty ? nil : passedOver))
    }

    private mutating func setGoals(_ drafts: [GoalDraft]) {
        for draft in drafts {
            emit(.goalSet(ID(draft.team), Goal(title: draft.title, description: draft.description, acceptance: draft.acceptance)))
        }
    }
}

extension Run {
    /// Whether no team has a goal under way and nothing is on its way to main.
    var allTeamsRest: Bool {
        teams.values.allSatisfy { team in
            switch team.stage {
            case .idle, .stuck: true
            case .planning, .working, .assessing, .offered, .promoting: false
            }
        } && !queue.contains { $0.target == .base } && questions.openPromotions.isEmpty
    }
}

/// The mechanical check of the Director's goals.
struct GoalCheck {
    let drafts: [GoalDraft]
    let teams: [TeamID]
    /// A Director that has been told once and still sets no goal means that the direction is fulfilled; its next turn then says so.
    let mayBeEmpty: Bool

    /// What is wrong, in words that its author can act on.
    var problems: [String] {
        var problems: [String] = []
        let known = Set(teams.map(\.name))
        var seen: Set<String> = []
        for draft in drafts {
            if !known.contains(draft.team) {
                problems.append("there is no team \"\(draft.team)\"; the teams are \(teams.map(\.name).joined(separator: ", "))")
            } else if !seen.insert(draft.team).inserted {
                problems.append("\(draft.team) has more than one goal; give each team one")
            }
            if draft.acceptance.isBlank { problems.append("the goal of \(draft.team) has no acceptance condition") }
            if draft.title.isBlank || draft.description.isBlank {
                problems.append("the goal of \(draft.team) needs a title and a description")
            }
        }
        if drafts.isEmpty, !mayBeEmpty {
            problems.append("no team has a goal; only if the direction is fulfilled already, return it once more like this")
        }
        return problems
    }
}

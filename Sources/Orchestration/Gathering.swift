/// How long the company's workers take, so that waiting for a little more can be kept short beside it.
package struct WorkPace: Codable, Sendable, Equatable {
    package private(set) var turns = 0
    package private(set) var milliseconds: Int64 = 0

    package init() {}

    mutating func note(_ duration: Int64) {
        turns += 1
        milliseconds += max(0, duration)
    }

    /// Milliseconds of a worker's turn, on average; `nil` until one has ended.
    package var mean: Int64? { turns == 0 ? nil : milliseconds / Int64(turns) }
}

/// Managers are asked once about what comes close together. Every turn of a manager carries its whole conversation with it, so two submissions in
/// one turn cost hardly more than one.
extension Run {
    /// The most that a manager lets something wait for more of its kind, in milliseconds: a quarter of a worker's turn, in bounds.
    var gatheringTime: Int64 { min(120_000, max(2_000, (workPace.mean ?? 0) / 4)) }

    /// Whether a lead is asked now.
    ///
    /// - Parameter isAfterStart: whether everything has begun that can begin now; until then those who are about to begin count as being at work.
    func isDue(_ brief: Brief, of team: Team, isAfterStart: Bool, at now: Timestamp) -> Bool {
        guard case .review(let submitted) = brief else { return true }
        return isReviewDue(team, submitted, isAfterStart: isAfterStart, at: now)
    }

    /// Submissions that one review waits for at most. Each gets its share of the diffs that a prompt shows.
    static let fullReview = 6

    /// Whether a lead looks at what is submitted now, and not at more of it in a moment: when it is enough, when somebody waits for it, when nothing
    /// more is to come, or when it has waited long enough.
    private func isReviewDue(_ team: Team, _ submitted: [TaskID], isAfterStart: Bool, at now: Timestamp) -> Bool {
        guard submitted.count < min(Run.fullReview, team.members.count) else { return true }
        guard let since = team.submittedSince, now < since.advanced(byMilliseconds: gatheringTime) else { return true }
        let isAwaited = submitted.contains { id in
            tasks[id]?.report?.status == .blocked || tasks.dependents(of: id).contains { !$0.state.isSettled }
        }
        return isAwaited || !mayHandInMore(team, isAfterStart: isAfterStart, at: now)
    }

    /// Whether somebody of the team is at work, or is about to be.
    private func mayHandInMore(_ team: Team, isAfterStart: Bool, at now: Timestamp) -> Bool {
        if team.members.contains(where: { agents[$0]?.activeTurn != nil }) { return true }
        guard !isAfterStart else { return false }
        return team.members.contains { member in
            !nextTasks(for: member, at: now).isEmpty || (canTakeTask(member, at: now) && !tasks.ready(of: team.id).isEmpty)
        }
    }

    /// Whether the Director looks at deliveries now, and not in a moment at those of teams that are judging their results.
    func areDeliveriesDue(isAfterStart: Bool, at now: Timestamp) -> Bool {
        let offered = teams.values.filter { $0.stage == .offered }
        guard !offered.isEmpty else { return false }
        let isAnotherComing = teams.values.contains { team in
            team.stage == .assessing && (!isAfterStart || agents[team.lead]?.activeTurn != nil)
        }
        guard isAnotherComing, let since = offered.compactMap(\.offeredSince).min() else { return true }
        return now >= since.advanced(byMilliseconds: gatheringTime)
    }

    /// When waiting for more is over.
    var gatheringDeadlines: [Timestamp] {
        teams.values.flatMap { team in
            [tasks.hasSubmitted(team.id) ? team.submittedSince : nil, team.stage == .offered ? team.offeredSince : nil]
        }.compactMap { $0?.advanced(byMilliseconds: gatheringTime) }
    }

    /// Why a manager's conversation does not go on with this brief; `nil` when it does.
    ///
    /// Another kind of report is another tool, and tools come first in what the provider caches: all of the conversation would be sent, and paid for, as
    /// new. What the manager needs to know is rendered anew. A plan that is to be mended refers to the conversation in which it was made.
    func whyNotContinued(_ session: Session, with brief: Brief) -> String? {
        if session.turns >= Run.longestSession || session.contextTokens > Run.largestContext {
            return "\(session.turns) turns, \(session.contextTokens) tokens in the last one"
        }
        if let carried = session.requestTokens, carried > Run.largestRequest {
            if case .fixPlan = brief { return nil }
            return "its requests carry \(carried) tokens"
        }
        guard let before = session.purpose, before != brief.purpose else { return nil }
        if case .fixPlan = brief { return nil }
        return "a turn of another kind (\(brief.purpose.rawValue) after \(before.rawValue))"
    }
}

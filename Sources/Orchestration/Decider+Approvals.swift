/// What waits for a person's approval.
extension Decider {
    /// Whether the plan that has just been made waits for a person.
    var planNeedsApproval: Bool { run.settings.approve == .plan && !run.questions.hasPlan }

    /// Asks a person whether something may be done.
    mutating func requestApproval(_ subject: Question.Subject, madeBy agent: AgentID, task: TaskID? = nil, text: String) {
        // What is made while the run ends leads to nothing.
        guard case .working = run.phase else { return }
        let deadline = run.settings.approvalTimeoutMinutes.map { now.advanced(byMilliseconds: Int64($0) * 60_000) }
        emit(
            .questionAsked(
                Question(
                    id: ID("approval", run.questions.count + 1), agent: agent, task: task,
                    text: String(text.prefix(Question.longestText)), askedAt: now, deadline: deadline, subject: subject)))
    }

    /// Brings something to the queue of a branch, or first to a person where that is the base branch and the configuration asks for it.
    mutating func offer(_ kind: Candidate.Kind, for target: MergeTarget, head: ObjectID) {
        guard target == .base, run.settings.approve == .promotion else { return queue(kind, for: target, head: head) }
        guard case .working = run.phase else { return notPromoted(kind) }
        for older in run.questions.openPromotions {
            // What is asked now holds what was asked before.
            if case .promotion(kind, _) = older.subject { emit(.questionLapsed(older.id)) }
        }
        let task: TaskID? = if case .task(let id) = kind { id } else { nil }
        let team: TeamID? = if case .delivery(let id) = kind { id } else { task.flatMap { run.tasks[$0]?.team } }
        let author = task.flatMap { run.tasks[$0]?.worker } ?? team.flatMap { run.teams[$0]?.lead } ?? Run.director
        let summary = task.map { run.tasks[$0]?.report?.summary ?? "" } ?? team.flatMap { run.teams[$0]?.summary } ?? ""
        let what = "\(run.label(of: kind)) at \(head.short) to \(run.settings.targetBranch)"
        requestApproval(.promotion(kind, head: head), madeBy: author, task: task, text: summary.isEmpty ? what : "\(what). \(summary)")
    }

    /// Asks about what was queued for the base branch before the configuration asked for approvals. A publication in flight goes its way; what it
    /// does not bring is asked about afterwards.
    mutating func holdUnapproved() {
        guard run.settings.approve == .promotion else { return }
        let queue = run.queue.filter { $0.target == .base }
        guard !queue.contains(where: \.isPublishing) else { return }
        for candidate in queue where candidate.approval == nil {
            switch candidate.kind {
            case .task, .delivery:
                let head = candidate.newestHead(in: run)
                withdraw(candidate, .unapproved)
                offer(candidate.kind, for: .base, head: head)
            case .sync, .upkeep, .branch: break
            }
        }
    }

    mutating func approve(_ question: Question, by person: String?) {
        emit(.approvalGiven(question.id, by: person))
        carryOut(question, approval: question.id)
    }

    /// Does what was asked about.
    mutating func carryOut(_ question: Question, approval: QuestionID?) {
        switch question.subject {
        case .goals(let report): acceptGoals(report)
        case .tasks(let report): takeApproved(report, of: question.agent)
        case .promotion(let kind, let head): queue(kind, for: .base, head: head, approval: approval)
        case nil: break
        }
    }

    /// It goes back to who made it, with the reason.
    mutating func reject(_ question: Question, _ reason: String, by person: String) {
        emit(.approvalRefused(question.id, reason: reason, by: person))
        switch question.subject {
        case .goals, .tasks:
            let words = "\(person), who is in charge of this run, rejects the plan: \(reason)"
            if let lead = run.agents[question.agent], lead.activeTurn == nil, lead.next == nil {
                emit(.leadBriefed(lead.id, Pending(.fixPlan(problems: [words]))))
            } else {
                // It looks at something else now, and plans anew after that.
                tell(question.agent, "Your plan does not hold. \(words)", from: person, interrupts: false)
            }
        case .promotion(.task(let id), _):
            returnToWorker(
                id, .rework(id, instructions: "\(person), who is in charge of this run, does not take it as it is: \(reason)"),
                reason: "\(person) rejects it: \(reason)")
        case .promotion(.delivery(let team), _):
            let words = "\(person), who is in charge of this run, rejects this delivery: \(reason)"
            if run.teams[team]?.stage == .promoting {
                emit(.deliveryReturned(team, instructions: words))
            } else if let lead = run.teams[team]?.lead {
                // The team has its next goal already.
                tell(
                    lead, "An earlier delivery of \(team) stays off \(run.settings.targetBranch): \(reason)", from: person,
                    interrupts: false)
            }
        case .promotion, nil: break
        }
    }

    /// The run is ending, and what waits for approval will not get it.
    mutating func notPromoted(_ question: Question) {
        if case .promotion(let kind, _) = question.subject { notPromoted(kind) }
    }

    private mutating func notPromoted(_ kind: Candidate.Kind) {
        let reason = "nobody had approved it when the run ended"
        switch kind {
        case .task(let id): settle(id, .failed(reason))
        case .delivery(let team): emit(.teamEntered(team, .stuck(reason), summary: ""))
        case .sync, .upkeep, .branch: break
        }
    }

    /// Teams' branches that the run's end would promote stay where they are when that needs a person.
    mutating func leaveUndelivered() {
        guard run.settings.approve == .promotion, !run.isFlat else { return }
        for team in run.teams.values.sorted(by: { $0.id < $1.id }) where team.undelivered && !run.finalDeliveries.contains(team.id) {
            if case .stuck = team.stage { continue }
            // One that was approved is still on its way.
            if run.queue.contains(where: { $0.kind == .delivery(team.id) }) { continue }
            notPromoted(.delivery(team.id))
        }
    }
}

extension Run {
    /// A team whose work can only be promoted while the run goes on.
    var teamToPromote: TeamID? {
        guard settings.approve == .promotion else { return nil }
        return teams.values.filter { $0.undelivered && $0.stage == .idle }.map(\.id).min()
    }

    /// Whether the configuration still asks for this approval.
    func needsApproval(_ question: Question) -> Bool {
        switch question.subject {
        case .goals, .tasks: settings.approve == .plan
        case .promotion: settings.approve == .promotion
        case nil: false
        }
    }

    /// Whether what is to be approved is still wanted.
    func isPending(_ question: Question) -> Bool {
        guard case .promotion(.task(let id), _) = question.subject else { return true }
        return tasks[id]?.state == .approved
    }
}

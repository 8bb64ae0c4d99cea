import Orchestration

extension Invariants {
    /// A question is settled once, by somebody or when its time is over; none is open when the run is over; and what needs a person's approval has it.
    func checkQuestions() throws {
        var settled: Set<QuestionID> = []
        for event in events {
            switch event {
            case .questionAnswered(let id, _, let person), .approvalGiven(let id, let person): try settle(id, person, &settled)
            case .approvalRefused(let id, _, let person): try settle(id, person, &settled)
            case .candidateQueued(let candidate): try checkApproval(of: candidate)
            case .effectIntended(_, .publish(let id, _, _)):
                // What was queued before approvals were asked for is held back, but for what the run's end integrates.
                guard case .working = after.phase else { break }
                for link in MergeChain(of: .base, in: after).prefix(through: id) { try checkApproval(of: link.candidate) }
            case .goalSet where after.settings.approve == .plan && !before.goalsPlanned && !hasApprovedGoals:
                throw Violation(.approvalsHold, "goals are set, and nobody has approved of them")
            default: break
            }
        }
        let open = after.questions.open
        guard open.count(where: { !$0.isApproval }) <= QuestionBook.mostOpen else {
            throw Violation(.isBounded, "\(open.count) questions are open")
        }
        switch after.phase {
        case .working where after.suspension == nil && !after.isShortOfDisk:
            if let late = open.first(where: { $0.deadline.map { $0 <= now } ?? false }) {
                throw Violation(.questionsEnd, "\(late.id) waits beyond its time")
            }
            if let lost = open.first(where: { question in
                question.holdsTask && after.tasks.values.allSatisfy { $0.next?.question != question.id }
            }) {
                throw Violation(.questionsEnd, "no task waits for \(lost.id)")
            }
        case .finishing, .ended:
            if let first = open.first, after.phase.endReason != .abandoned {
                throw Violation(.questionsEnd, "\(first.id) is open and the run is ending")
            }
        case .preparing, .working: break
        }
        for task in after.tasks.values {
            guard let id = task.next?.question, after.questions[id]?.outcome != .open, after.suspension == nil, !after.isFinishing,
                !after.isEnded
            else { continue }
            throw Violation(.questionsEnd, "\(task.id) waits for \(id), which is settled")
        }
    }

    private var hasApprovedGoals: Bool {
        after.questions.questions.contains {
            if case .goals = $0.subject, case .approved = $0.outcome { true } else { false }
        }
    }

    private func settle(_ id: QuestionID, _ person: String?, _ settled: inout Set<QuestionID>) throws {
        guard let question = before.questions[id], question.outcome == .open, settled.insert(id).inserted else {
            throw Violation(.questionsEnd, "\(id) is settled a second time")
        }
        if isStart { return }
        guard person != nil || question.deadline.map({ $0 <= now }) ?? false else {
            throw Violation(.questionsEnd, "\(id) is settled by nobody and too early")
        }
    }

    /// What goes to the base branch has been approved as it is at this commit.
    private func checkApproval(of candidate: Candidate) throws {
        guard candidate.target == .base, after.settings.approve == .promotion else { return }
        switch candidate.kind {
        case .task, .delivery: break
        case .sync, .upkeep, .branch: return
        }
        guard let id = candidate.approval, let question = after.questions[id], case .approved = question.outcome,
            question.subject == .promotion(candidate.kind, head: candidate.head)
        else { throw Violation(.approvalsHold, "\(candidate.id) goes to the base branch, and nobody has approved of it") }
    }
}

/// What becomes of questions, and what is wrong with answers to them.
extension Run {
    mutating func applyQuestion(_ event: Event) {
        switch event {
        case .questionAsked(let question):
            questions.add(question)
            // What lands on the team's branch from here on is not part of this delivery.
            if case .promotion(.delivery(let team), _) = question.subject { teams[team]?.undelivered = false }
        case .questionAnswered(let id, let text, let person):
            questions.settle(id, .answered(text, by: person))
        case .approvalGiven(let id, let person):
            questions.settle(id, .approved(by: person))
        case .approvalRefused(let id, let reason, let person):
            if case .promotion(.delivery(let team), _) = questions[id]?.subject { teams[team]?.undelivered = true }
            questions.settle(id, .rejected(reason, by: person))
        case .questionLapsed(let id):
            if case .promotion(.delivery(let team), _) = questions[id]?.subject { teams[team]?.undelivered = true }
            questions.settle(id, .lapsed)
        default:
            break
        }
    }

    func objection(toAnswering id: QuestionID, _ text: String) -> OrderObjection? {
        if let objection = objection(toSettling: id) { return objection }
        if questions[id]?.isApproval == true {
            return OrderObjection(.invalid, "\(id) is for approval.", "Use cco approve \(id), or cco reject \(id) with the reason.")
        }
        if let question = questions[id], let number = question.missingOption(text) {
            return OrderObjection(
                .invalid, "\(id) has no option \(number): it has \(question.options.count).",
                "Give the number of one, or say in words what you want.")
        }
        return Run.objection(to: text, as: "answer", "give an option's number, or a text")
    }

    func objection(toDeciding id: QuestionID) -> OrderObjection? {
        if let objection = objection(toSettling: id) { return objection }
        if let question = questions[id], question.isApproval {
            guard !isPending(question) else { return nil }
            return OrderObjection(.untimely, "Nobody needs \(id) any more: what it is about was cancelled.", "")
        }
        return OrderObjection(.invalid, "\(id) is a question, and there is nothing to approve.", "Use cco answer \(id).")
    }

    private func objection(toSettling id: QuestionID) -> OrderObjection? {
        guard let question = questions[id] else {
            return OrderObjection(unknown: "question", id.name, among: questions.open.map(\.id.name))
        }
        guard question.outcome != .open else { return nil }
        return OrderObjection(.untimely, "\(id) is \(question.outcome.word) already.", "Say more with cco tell \(author(of: question)).")
    }

    static func objection(to text: String, as what: String, _ remedy: String) -> OrderObjection? {
        if text.isBlank { return OrderObjection(.invalid, "There is no \(what): \(remedy).", "") }
        guard text.count > Order.longestText else { return nil }
        return OrderObjection(
            .invalid, "The \(what) has \(text.count) characters, and may have \(Order.longestText).", "Make it shorter.")
    }

    /// Who made what is asked about.
    func author(of question: Question) -> AgentID {
        guard case .promotion(.delivery(let team), _) = question.subject else { return question.agent }
        return teams[team]?.lead ?? question.agent
    }
}

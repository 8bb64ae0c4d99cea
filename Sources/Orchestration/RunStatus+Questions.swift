extension RunStatus {
    /// Something that a person is asked.
    package struct QuestionStatus: Codable, Sendable, Equatable {
        /// `question-2`, or `approval-3`.
        package var id: String
        /// `question` (an agent wants to know something), `plan` or `promotion` (something is to be approved).
        package var kind: String
        /// Who asks, or made what is to be approved.
        package var agent: String
        package var task: String?
        package var team: String?
        package var text: String
        /// What the agent proposes; an answer may also be something else.
        package var options: [String]
        /// What counts when nobody answers in time.
        package var `default`: String?
        /// `open`, `answered`, `defaulted` (nobody answered in time), `approved`, `rejected` or `lapsed` (nobody needs it any more).
        package var state: String
        /// The answer, or why it was rejected.
        package var answer: String?
        /// The person who answered; missing when the time was over.
        package var by: String?
        /// Whether the agent's task stands still until then.
        package var holdsTask: Bool
        package var askedAt: Moment
        /// When the default counts, or silence approves; missing when it waits for ever.
        package var deadline: Moment?
        /// The commit that is to be promoted.
        package var commit: String?
        /// The goals or tasks that are to be approved, a line each.
        package var plan: [String]?

        init(_ question: Question, isOver: Bool) {
            id = question.id.name
            kind = question.kind
            agent = question.agent.name
            task = question.task?.name
            text = question.text
            options = question.options
            self.default = question.fallback
            state = isOver && question.outcome == .open ? Question.Outcome.lapsed.word : question.outcome.word
            holdsTask = question.holdsTask
            askedAt = Moment(question.askedAt)
            deadline = question.deadline.map(Moment.init)
            switch question.subject {
            case .goals(let report) where !report.goals.isEmpty:
                plan = report.goals.map { "\($0.team): \($0.title). Reached when: \($0.acceptance)" }
            case .tasks(let report) where !report.tasks.isEmpty:
                plan = report.tasks.map { draft in
                    let after = draft.dependsOn.map { $0.isEmpty ? "" : ", after \(Run.list($0))" } ?? ""
                    return "\(draft.key): \(draft.title) [\(draft.paths.joined(separator: ", "))]\(after)"
                }
            case .promotion(let kind, let head):
                commit = head.hex
                if case .delivery(let team) = kind { self.team = team.name }
            case .goals, .tasks, nil: break
            }
            switch question.outcome {
            case .answered(let text, let person): (answer, by) = (text, person)
            case .rejected(let reason, let person): (answer, by) = (reason, person)
            case .approved(let person): by = person
            case .open, .lapsed: break
            }
        }
    }

    /// What waits for a person now.
    package var openQuestions: [QuestionStatus] { (questions ?? []).filter { $0.state == "open" } }
}

extension Question {
    /// A stable word for views and scripts.
    package var kind: String {
        switch subject {
        case nil: "question"
        case .goals, .tasks: "plan"
        case .promotion: "promotion"
        }
    }
}

/// What agents ask people.
extension Decider {
    /// Takes the question of a turn's report.
    ///
    /// - Returns: the question, if one is open now.
    mutating func ask(_ turn: Turn, _ draft: QuestionReport.Draft?, isBlocked: Bool) -> Question? {
        guard case .working = run.phase, let draft, !draft.text.isBlank,
            run.questions.open.count(where: { !$0.isApproval }) < QuestionBook.mostOpen,
            turn.task.map({ run.tasks[$0]?.state.isSettled == false }) ?? true,
            !run.questions.open.contains(where: { $0.agent == turn.agent && $0.text == draft.text })
        else { return nil }
        // Whoever is blocked again and again is not helped by answers: its lead decides.
        let held = run.questions.questions.count { $0.holdsTask && $0.task == turn.task }
        guard !isBlocked || held < run.settings.maxTaskAttempts else { return nil }
        let limit = run.settings.questionTimeoutMinutes ?? Question.usualMinutes
        let minutes = Int64(max(1, min(draft.minutes ?? limit, limit)))
        let question = Question(
            id: ID("question", run.questions.count + 1), agent: turn.agent, task: turn.task,
            text: String(draft.text.prefix(Question.longestText)),
            options: (draft.options ?? []).prefix(Question.mostOptions).map { String($0.prefix(Question.longestOption)) },
            fallback: draft.default.flatMap { $0.isBlank ? nil : String($0.prefix(Question.longestOption)) }, askedAt: now,
            deadline: now.advanced(byMilliseconds: minutes * 60_000), holdsTask: isBlocked)
        emit(.questionAsked(question))
        return question
    }

    /// A person has answered. Whoever can act on it is told: the worker that has the task, else its lead; of a manager's question that manager.
    mutating func answer(_ question: Question, _ text: String, by person: String) {
        let answer = question.answer(text)
        emit(.questionAnswered(question.id, answer, by: person))
        let recipient = run.recipient(of: question)
        tell(recipient.agent, question.reply(answer), from: person, interrupts: false, about: recipient.task)
        proceed(question, "\(person) has answered; the answer is in what you were sent before this turn.")
    }

    /// Takes the default of what nobody has answered in time. An agent that went on meanwhile went on with it, and is told nothing.
    private mutating func takeDefault(_ question: Question) {
        emit(.questionAnswered(question.id, question.fallback ?? "", by: nil))
        proceed(question, question.silence)
    }

    private mutating func proceed(_ question: Question, _ reason: String) {
        guard question.holdsTask, let task = question.task, run.waits(task, for: question) else { return }
        let purpose = run.tasks[task]?.next?.brief.purpose.beyondWork
        emit(.taskBriefed(task, worker: question.agent, Pending(.proceed(task, reason: reason, of: purpose))))
    }

    /// What is due by the clock, and what nobody needs any more.
    mutating func settleQuestions() {
        guard case .working = run.phase else { return }
        holdUnapproved()
        closeUnawaitedQuestions()
        for question in run.questions.open {
            if question.isApproval, !run.isPending(question) {
                emit(.questionLapsed(question.id))
            } else if question.isApproval, !run.needsApproval(question) {
                // The configuration asks for it no longer.
                emit(.questionLapsed(question.id))
                carryOut(question, approval: nil)
            } else if let deadline = question.deadline, deadline <= now {
                if question.isApproval { approve(question, by: nil) } else { takeDefault(question) }
            }
        }
    }

    /// Closes the questions for whose answers no task waits any more.
    mutating func closeUnawaitedQuestions() {
        guard case .working = run.phase else { return }
        for question in run.questions.open where question.holdsTask {
            if let task = question.task, !run.waits(task, for: question) { emit(.questionLapsed(question.id)) }
        }
    }

    /// Nobody can answer any more.
    mutating func closeQuestions() {
        for question in run.questions.open {
            emit(.questionLapsed(question.id))
            notPromoted(question)
        }
    }
}

extension Run {
    /// Whether the task stands still for the answer, and nothing else has become of it.
    func waits(_ id: TaskID, for question: Question) -> Bool {
        guard let task = tasks[id], task.state == .assigned, task.worker == question.agent else { return false }
        return task.next?.question == question.id
    }

    /// Whom the answer goes to, and the task that it then is about.
    func recipient(of question: Question) -> (agent: AgentID, task: TaskID?) {
        guard let id = question.task, let task = tasks[id] else { return (question.agent, nil) }
        switch task.state {
        case .assigned: return (task.worker ?? question.agent, id)
        case .waiting: return (question.agent, id)
        case .submitted, .approved, .landed, .unneeded, .dropped, .failed: return (teams[task.team]?.lead ?? Run.director, nil)
        }
    }
}

extension TeamTask {
    /// Whether it stands still until a person has answered its worker, who works on something else meanwhile.
    package var awaitsAnswer: Bool { state == .assigned && next?.question != nil }
}

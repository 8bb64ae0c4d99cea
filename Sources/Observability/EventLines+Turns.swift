import Orchestration

extension EventScribe {
    func turnLines(_ event: Event) -> [EventLine] {
        switch event {
        case .turnStarted(let turn):
            let verb = turn.carriesOn ? "goes on" : "begins"
            let warnings = turn.task.map { after.warnings(for: $0) } ?? []
            // A model that stands in is told of where its conversation begins, and where it was chosen for the one turn.
            let why = turn.resumes && turn.isEscalated != true ? nil : after.whyModel(of: turn)
            let model = why.map { ", \(after.model(of: turn) ?? "a model of its own") \($0)" } ?? ""
            return [line(turn.agent.name, .info, "\(turn.id) \(verb) with \(turn.credential): \(turn.brief.words(in: after))\(model)")]
                + warnings.map { line(turn.agent.name, .notice, "Is warned: \($0.words).") }
        case .turnStuck(let id, let cause):
            guard let turn = after.turns[id] else { return [] }
            return [line(turn.agent.name, .warning, "\(id) gets nowhere: \(cause.words)")]
        case .turnNudged(let id, let nudge):
            guard let turn = after.turns[id] else { return [] }
            let what = nudge == .message ? "it is told so" : "what it is doing is broken off, and it is told why"
            return [line(turn.agent.name, .warning, "\(id): \(what).")]
        case .turnStopRequested(let id, let cause):
            guard let turn = after.turns[id] else { return [] }
            return [line(turn.agent.name, cause == .timeLimit ? .warning : .info, "\(id) is being stopped: \(cause.wordsBeforeEnd).")]
        case .turnEnded(let id, let outcome):
            guard let turn = before.turns[id] else { return [] }
            return ended(turn, outcome)
        case .sessionReplaced(let agent, let reason):
            return [line(agent.name, .info, "Gets a fresh conversation: \(reason)")]
        default:
            return []
        }
    }

    func messageLines(_ event: Event) -> [EventLine] {
        switch event {
        case .messageAddressed(let message):
            if let hint = message.hint { return [line(agent(of: message), .notice, "Is warned: \(hint).")] }
            guard case .person(let name) = message.sender else { return [] }
            return [line(agent(of: message), .info, "\(name ?? "Somebody") says to it: \(message.text)")]
        case .messageDelivered(let id):
            guard let message = before.messages[id] else { return [] }
            return [line(agent(of: message), .info, "\(message.turn?.name ?? "It") has got \(id).")]
        case .messageUndelivered(let id, let reason):
            guard let message = before.messages[id] else { return [] }
            return [line(agent(of: message), .notice, "\(message.turn?.name ?? "It") has not got \(id): \(reason)")]
        case .messageKept(let id, let reason):
            guard let message = before.messages[id] else { return [] }
            return [line(agent(of: message), .info, "\(id) is kept for its next turn: \(reason)")]
        case .messageAcknowledged(let id):
            guard let record = after.mail[id] else { return [] }
            return [line(record.agent.name, .info, "Has read \(id), its report says.")]
        default:
            return []
        }
    }

    private func agent(of message: Message) -> String {
        (message.agent ?? message.turn.flatMap { before.turns[$0]?.agent })?.name ?? "agent"
    }

    /// What is said to agents is told when it is addressed.
    func orderLines(_ order: Order, _ receipt: OrderReceipt) -> [EventLine] {
        // What these bring about is told itself.
        switch order.wish {
        case .tell, .answer, .approve, .reject: return []
        default: break
        }
        return [line("run", .notice, "By order of \(order.by): \(receipt.words).")]
    }

    private func ended(_ turn: Turn, _ outcome: TurnOutcome) -> [EventLine] {
        let cost = HumanText.money(dollars: after.ledger.total.costUsd - before.ledger.total.costUsd)
        let time = HumanText.duration(milliseconds: outcome.milliseconds)
        let tokens = HumanText.tokens(Int64(outcome.account.usage.total))
        let (level, how) = words(for: outcome.end)
        var lines = [line(turn.agent.name, level, "\(turn.id) took \(time), \(cost), \(tokens) tokens: \(how)")]
        if outcome.savedUncommitted {
            lines.append(line(turn.agent.name, .notice, "It left work uncommitted, which has been saved as a commit."))
        }
        if let objection = outcome.objection {
            lines.append(line(turn.agent.name, .warning, "Its work cannot be taken as it is: \(objection)"))
        }
        return lines
    }

    private func words(for end: TurnEnd) -> (EventLine.Level, String) {
        switch end {
        case .reported: (.info, "it reports")
        case .silent: (.warning, "it ended without a report")
        case .unfit(let reasons): (.warning, "its report did not fit: \(reasons.first ?? "no reason given")")
        case .credential(.exhausted(_, let message, _)): (.warning, "its credential is used up: \(message)")
        case .credential(.refused(let message)): (.error, "its credential is not accepted: \(message)")
        case .credential(.unpaid(let message)): (.error, "its account cannot pay: \(message)")
        case .provider(let reason): (.warning, "the provider failed: \(reason)")
        case .overBudget: (.warning, "its budget was used up")
        case .sessionMissing: (.warning, "its conversation was lost; it begins a new one")
        case .stopped(let cause): (cause == .timeLimit ? .warning : .info, "it was stopped, because \(cause.words)")
        case .failed(let reason): (.warning, "it broke off: \(reason)")
        }
    }
}

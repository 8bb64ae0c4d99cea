import Orchestration

extension RunTrace {
    func runSpan(ended reason: EndReason, at now: Int64) -> Span? {
        guard let identity, let run, let settings else { return nil }
        return Span(
            id: identity.span("run"), name: "run \(run)", start: runStart, end: now,
            attributes: [
                "cco.run.id": .text(run.name), "cco.repository": .text(settings.repository), "cco.branch": .text(settings.targetBranch),
                "cco.workers": .whole(Int64(settings.workerCount)), "cco.end": .text(reason.word),
            ], failure: reason.isFailure ? reason.explanation : nil)
    }

    func taskSpan(_ id: TaskID, _ state: TeamTask.State, at now: Int64) -> Span? {
        guard let identity, let work = tasks[id], work.isOpen, let number = span(id) else { return nil }
        var failure: String?
        if case .failed(let why) = state { failure = why }
        return Span(
            id: number, parent: identity.span("run"), name: "task \(id)", start: work.start, end: now,
            attributes: [
                "cco.task.id": .text(id.name), "cco.task.title": .text(work.title), "cco.team.id": .text(work.team.name),
                "cco.task.state": .text(state.word),
            ], links: work.dependsOn.compactMap(span), failure: failure)
    }

    func turnSpan(_ turn: Turn, _ outcome: TurnOutcome, at now: Int64) -> Span? {
        guard let identity else { return nil }
        var attributes: [String: Span.Value] = [
            "cco.turn.id": .text(turn.id.name), "cco.agent.id": .text(turn.agent.name), "cco.agent.role": .text(turn.role.rawValue),
            "cco.turn.purpose": .text(turn.brief.purpose.rawValue), "cco.turn.end": .text(outcome.end.word),
            "gen_ai.operation.name": .text("invoke_agent"), "gen_ai.provider.name": .text("anthropic"),
            "gen_ai.agent.id": .text(turn.agent.name), "gen_ai.conversation.id": .text(turn.session),
            "gen_ai.usage.input_tokens": .whole(Int64(outcome.account.usage.total - outcome.account.usage.output)),
            "gen_ai.usage.output_tokens": .whole(Int64(outcome.account.usage.output)),
            "gen_ai.usage.cache_read.input_tokens": .whole(Int64(outcome.account.usage.cacheRead)),
            "gen_ai.usage.cache_creation.input_tokens": .whole(Int64(outcome.account.usage.cacheWrite)),
        ]
        attributes["gen_ai.response.model"] = outcome.account.model.map { .text($0) }
        attributes["cco.turn.cost_usd"] = outcome.account.turnCostUsd.map { .real($0) }
        attributes["cco.task.id"] = turn.task.map { .text($0.name) }
        attributes["cco.team.id"] = turn.team.map { .text($0.name) }
        var links: [UInt64] = []
        if case .review(let reviewed) = turn.brief { links = reviewed.compactMap(span) }
        return Span(
            id: identity.span(turn.id.name), parent: turn.task.flatMap(span) ?? identity.span("run"),
            name: "\(turn.brief.purpose.rawValue) \(turn.agent)", start: turn.startedAt.milliseconds, end: now, attributes: attributes,
            links: links, failure: outcome.end.failure)
    }

    func stepSpan(_ step: Step) -> Span? {
        guard let identity else { return nil }
        var attributes: [String: Span.Value] = ["cco.outcome": .text(step.outcome ?? "none")]
        attributes["cco.candidate.id"] = step.effect.candidate.map { .text($0.name) }
        var task = step.effect.candidate.flatMap(task(of:))
        if case .quickGate(let id, _, _, _, _) = step.effect { task = id }
        attributes["cco.task.id"] = task.map { .text($0.name) }
        attributes["cco.tree"] = step.effect.gatedTree.map { .text($0.hex) }
        let own = task.flatMap(span)
        return Span(
            id: identity.span(step.name), parent: own ?? identity.span("run"), name: step.effect.spanName, start: step.start, end: step.end,
            attributes: attributes, links: step.links.filter { $0 != own },
            failure: step.outcome.flatMap { ["red", "conflict", "objection", "refused"].contains($0) ? $0 : nil })
    }
}

extension Effect {
    var spanName: String {
        switch self {
        case .merge: "merge"
        case .gate: "gate"
        case .quickGate: "quick gate"
        case .baseline: "baseline gate"
        case .publish: "publish"
        case .prepareBase, .runTurn, .say, .conclude, .awaitRoom, .forecast: "step"
        }
    }
}

extension EndReason {
    var isFailure: Bool {
        switch self {
        case .complete, .merged: false
        case .timeOver, .budgetOver, .noProgress, .abandoned, .failed: true
        }
    }
}

extension TurnEnd {
    /// A stable word.
    var word: String {
        switch self {
        case .reported: "reported"
        case .silent: "silent"
        case .unfit: "unfit"
        case .credential: "credential"
        case .provider: "provider"
        case .overBudget: "over-budget"
        case .sessionMissing: "session-missing"
        case .stopped: "stopped"
        case .failed: "failed"
        }
    }

    /// In a word; what agents and providers wrote stays in the journal.
    var failure: String? {
        switch self {
        case .reported, .stopped: nil
        case .silent, .unfit, .credential, .provider, .overBudget, .sessionMissing, .failed: word
        }
    }
}

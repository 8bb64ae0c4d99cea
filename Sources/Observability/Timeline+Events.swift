import Orchestration

extension Timeline {
    /// Takes the next event of the journal.
    package mutating func take(_ event: Event, at time: Timestamp, sequence: Int64) {
        step(to: sequence)
        let now = time.milliseconds
        defer { pass(now) }
        switch event {
        case .runStarted(_, let settings, _):
            base = settings.targetBranch
            mark(.started, nil, at: now)
        case .engineStarted:
            // Turns are taken up where they are; everything else is done anew.
            beginAgain(at: now)
            mark(.resumed, nil, at: now)
        case .suspended: mark(.paused, nil, at: now)
        case .faulted: mark(.needsPerson, nil, at: now)
        case .finishing: mark(.finishing, nil, at: now)
        case .ended:
            endAll(at: now, "stopped")
            mark(.ended, nil, at: now)
        case .turnStarted(let turn):
            begin(
                turn.id.name,
                Span(
                    kind: .turn, lane: turn.agent.name, id: turn.id.name, purpose: turn.brief.purpose.rawValue, task: turn.task?.name,
                    from: now, sequence: sequence))
        case .turnEnded(let turn, let outcome): end(turn.name, at: now, outcome.end.timelineWord)
        case .messageAddressed(let message): mark(.message, message.agent?.name, at: now)
        case .orderTaken(let order, _): mark(.order, order.wish.timelineWord, at: now)
        case .effectIntended, .effectDone, .effectDropped, .effectDelayed, .effectRetried: takeEffect(event, at: now)
        case .candidateQueued, .gateRed, .flakeSeen, .candidatePublished, .candidateReturned, .branchReturned, .quickCheckKnown:
            takeMerge(event, at: now)
        default: break
        }
    }

    private mutating func takeEffect(_ event: Event, at now: Int64) {
        switch event {
        case .effectIntended(let id, let effect):
            guard let span = span(of: effect, id, at: now) else { return }
            intend(id, id.name)
            begin(id.name, span)
        case .effectDone(let id):
            if let key = acknowledge(id) { end(key, at: now, "done") }
        case .effectDropped(let id):
            if let key = acknowledge(id) { end(key, at: now, "stopped") }
        case .effectDelayed(let id, _, _):
            if let key = key(of: id) { fail(key, at: now) }
        case .effectRetried(let id): beginAgain(id, at: now)
        default: break
        }
    }

    private func span(of effect: Effect, _ id: EffectID, at now: Int64) -> Span? {
        func span(_ kind: Span.Kind, _ lane: String, _ candidate: String) -> Span {
            Span(
                kind: kind, lane: "\(lane) \(target(of: candidate))", id: candidate, task: task(of: candidate),
                gateRun: kind == .gate ? id.name : nil, from: now, sequence: sequence)
        }
        return switch effect {
        case .merge(let candidate): span(.merge, "merge", candidate.name)
        case .gate(let candidate, _, _, _, _): span(.gate, "gate", candidate.name)
        case .publish(let candidate, _, _): span(.publish, "publish", candidate.name)
        case .quickGate(let task, _, _, _, _):
            Span(kind: .quickGate, lane: "quick gate", id: task.name, task: task.name, gateRun: id.name, from: now, sequence: sequence)
        case .baseline: Span(kind: .gate, lane: "gate \(base)", id: "baseline", gateRun: id.name, from: now, sequence: sequence)
        default: nil
        }
    }

    private mutating func takeMerge(_ event: Event, at now: Int64) {
        switch event {
        case .candidateQueued(let candidate):
            let target = if case .team(let team) = candidate.target { team.name } else { base }
            remember(candidate.id.name, task: candidate.kind.timelineWord, target: target)
        case .gateRed(let candidate, _):
            judge(.gate, candidate.name, "red")
            mark(.red, task(of: candidate.name) ?? candidate.name, at: now)
        case .quickCheckKnown(let task, .red): mark(.red, task.name, at: now)
        case .flakeSeen: mark(.flake, nil, at: now)
        case .candidatePublished(let candidate, let commit, _):
            mark(
                .landed, task(of: candidate.name) ?? candidate.name, at: now, commit: commit.hex, target: target(of: candidate.name))
            forget(candidate.name)
        case .candidateReturned(let candidate, let reason), .branchReturned(let candidate, let reason, _):
            if reason == .conflict { judge(.merge, candidate.name, "conflict") }
            if reason != .empty { mark(.returned, task(of: candidate.name) ?? candidate.name, at: now) }
            forget(candidate.name)
        default: break
        }
    }
}

extension Candidate.Kind {
    /// What a mark is about.
    fileprivate var timelineWord: String {
        switch self {
        case .task(let task): task.name
        case .delivery(let team), .sync(let team): team.name
        case .upkeep: "upkeep"
        case .branch(let name): name
        }
    }
}

extension TurnEnd {
    /// How a turn ended, in one word.
    fileprivate var timelineWord: String {
        switch self {
        case .reported: "done"
        case .silent, .unfit: "no report"
        case .credential, .stopped(.credentialRests): "limit"
        case .provider: "provider"
        case .overBudget: "budget"
        case .sessionMissing: "no session"
        case .stopped: "stopped"
        case .failed: "failed"
        }
    }
}

extension Order.Wish {
    /// What a person wanted, in one word.
    fileprivate var timelineWord: String {
        // The case's name; nothing of the payload is rendered.
        Mirror(reflecting: self).children.first?.label ?? "order"
    }
}

import Orchestration

/// An event in a few words, for traces.
struct EventText {
    let event: Event

    init(_ event: Event) { self.event = event }

    var line: String {
        switch event {
        case .effectIntended(let id, let effect): "intends \(id): \(EventText.words(effect))"
        case .effectDone(let id): "done \(id)"
        case .turnStarted(let turn):
            "\(turn.id) of \(turn.agent) starts: \(EventText.words(turn.brief)) on \(turn.credential)\(turn.carriesOn ? ", goes on" : "")"
                + (turn.budgetUsd.map { " for \(EventText.money($0))" } ?? "")
        case .turnEnded(let id, let outcome):
            "\(id) ended: \(EventText.cut(outcome.end, 90))"
                + ((outcome.account.turnCostUsd ?? outcome.account.sessionCostUsd).map { ", \(EventText.money($0))" } ?? "")
        case .turnStopRequested(let id, let cause): "\(id) is to stop: \(cause.rawValue)"
        case .leadBriefed(let agent, let pending): "\(agent) is to \(EventText.words(pending.brief)) (\(pending.failures) failures)"
        case .taskBriefed(let id, let worker, let pending):
            "\(id) to \(worker): \(EventText.words(pending.brief)) (\(pending.failures) failures)"
        case .taskAdded(let task): "\(task.id) added to \(task.team), after \(task.dependsOn.map(\.name))"
        case .candidateQueued(let candidate): "\(candidate.id) queued for \(candidate.target): \(candidate.kind)"
        case .candidateEntered(let id, let state): "\(id) is \(EventText.cut(state, 20))"
        case .candidatePublished(let id, let commit, _): "\(id) published as \(commit.hex.suffix(6))"
        case .taskSettled(let id, let state): "\(id) is \(state.word)"
        case .baseMoved(let facts): "base is \(facts.head.hex.suffix(6))"
        case .engineStarted: "engine started"
        case .runStarted: "run started"
        default: EventText.cut(event, 150)
        }
    }

    private static func money(_ usd: Double) -> String { "\((usd * 1000).rounded() / 1000) USD" }

    private static func words(_ effect: Effect) -> String {
        switch effect {
        case .prepareBase: "prepare the base"
        case .runTurn(let turn): "run \(turn)"
        case .say(let message): "say \(message)"
        case .merge(let id): "merge \(id)"
        case .gate(let id, let commit, _, _, _): "gate \(id) at \(commit.hex.suffix(6))"
        case .quickGate(let task, let commit, _, _, _): "quick gate of \(task) at \(commit.hex.suffix(6))"
        case .baseline(let commit, _, _): "gate the base at \(commit.hex.suffix(6))"
        case .publish(let id, let commit, _): "publish \(id) at \(commit.hex.suffix(6))"
        case .conclude: "conclude"
        case .awaitRoom: "wait for room"
        case .forecast: "forecast"
        }
    }

    private static func words(_ brief: Brief) -> String {
        switch brief {
        case .work(let id): "work on \(id)"
        case .rework(let id, _): "rework \(id)"
        case .resolveConflict(let id, _, _): "resolve a conflict of \(id)"
        case .fixGate(let id, _, _): "mend the gate of \(id)"
        case .fixQuickGate(let id, _): "mend the quick gate of \(id)"
        case .finish(let id, let reason, _): "finish \(id): \(reason.prefix(60))"
        case .proceed(let id, _, _): "go on with \(id)"
        case .review(let ids): "review \(ids.map(\.name).joined(separator: ", "))"
        case .planGoals, .planTasks, .fixPlan, .assess, .decide: cut(brief, 60)
        }
    }

    private static func cut(_ value: some Any, _ length: Int) -> String { String("\(value)".prefix(length)) }
}

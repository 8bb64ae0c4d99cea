import Orchestration

/// What has to hold of rests when all is over.
extension Simulator {
    /// What the clock leaves out is no more than there was: time with nothing under way, and turns that the provider gave no answer.
    func checkRests(_ run: Run) throws {
        var active: [TurnID: Timestamp] = [:]
        var effects: Set<EffectID> = []
        var last: Timestamp?
        var idle: Int64 = 0
        var vain: Int64 = 0
        for (event, time) in journal.records {
            // Without an engine no time passes; one that takes turns up counts them from then on.
            if case .engineStarted = event {
                active = active.mapValues { time.advanced(byMilliseconds: min(0, $0.milliseconds(since: last ?? time))) }
                last = time
            }
            if active.isEmpty, effects.isEmpty { idle += max(0, time.milliseconds(since: last ?? time)) }
            last = max(last ?? time, time)
            switch event {
            case .turnStarted(let turn): active[turn.id] = time
            case .turnEnded(let id, let outcome):
                guard let since = active.removeValue(forKey: id), outcome.account.usage.total == 0 else { continue }
                switch outcome.end {
                case .provider, .credential: vain += max(0, time.milliseconds(since: since))
                default: break
                }
            case .effectIntended(let id, _): effects.insert(id)
            case .effectDone(let id), .effectDropped(let id): effects.remove(id)
            default: break
            }
        }
        let rested = run.clock.rested ?? 0
        guard rested <= idle + vain else {
            throw Violation(.restsAreTrue, "\(rested) ms were rests, and there were \(idle) of waiting and \(vain) of turns in vain")
        }
    }
}

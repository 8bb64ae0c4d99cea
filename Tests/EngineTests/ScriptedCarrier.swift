import Journal
import Orchestration
import Synchronization

@testable import Engine

/// Carries effects out as the test says, or holds them until the test lets them go.
final class ScriptedCarrier: EffectCarrier {
    struct Call: Sendable, Equatable {
        var id: EffectID
        var effect: Effect
        /// Whether the journal held the intention when the carrier was called.
        var wasJournaled: Bool
    }

    struct State: Sendable {
        var calls: [Call] = []
        var active: Set<EffectID> = []
        var cancelled: Set<EffectID> = []
        var stopped: [TurnID] = []
        var stopsWereJournaled: [Bool] = []
        /// How often there was idle time, and with how many effects in flight.
        var idle: [Int] = []
        /// How often it was to tidy up beside its work, and with how many effects in flight.
        var tidied: [Int] = []
    }

    let seen = Watched(State())
    private let held = Mutex<[EffectID: CheckedContinuation<EffectResult?, Never>]>([:])
    private let journal: Journal
    private let answer: @Sendable (Effect) -> EffectResult?
    private let cancelled: @Sendable (Effect) -> EffectResult?

    /// - Parameters:
    ///   - answer: what comes of an effect at once; `nil` holds it.
    ///   - cancelled: what comes of a held effect whose task is cancelled.
    init(
        _ journal: Journal, answer: @escaping @Sendable (Effect) -> EffectResult?, cancelled: @escaping @Sendable (Effect) -> EffectResult?
    ) {
        self.journal = journal
        self.answer = answer
        self.cancelled = cancelled
    }

    func useIdleTime() async { seen.change { $0.idle.append($0.active.count) } }

    func tidyMeanwhile() async { seen.change { $0.tidied.append($0.active.count) } }

    func carryOut(
        _ id: EffectID, _ effect: Effect, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async -> EffectResult? {
        let call = Call(id: id, effect: effect, wasJournaled: has { $0 == .effectIntended(id, effect) })
        seen.change {
            $0.calls.append(call)
            $0.active.insert(id)
        }
        let result = if let result = answer(effect) { result as EffectResult? } else { await hold(id, effect) }
        seen.change { _ = $0.active.remove(id) }
        return result
    }

    /// A turn is not given up when its task is cancelled only; it waits for `stop`, as the real one waits for its process.
    private func hold(_ id: EffectID, _ effect: Effect) async -> EffectResult? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = held.withLock {
                    if seen.value.cancelled.contains(id) { return true }
                    $0[id] = continuation
                    return false
                }
                if isCancelled { continuation.resume(returning: cancelled(effect)) }
            }
        } onCancel: {
            seen.change { _ = $0.cancelled.insert(id) }
            letGo(id, cancelled(effect))
        }
    }

    /// Ends a held effect.
    func letGo(_ id: EffectID, _ result: EffectResult?) {
        held.withLock { $0.removeValue(forKey: id) }?.resume(returning: result)
    }

    /// Ends everything that is held, so that no task outlives its test.
    func letAllGo() {
        for id in held.withLock({ Array($0.keys) }) { letGo(id, nil) }
    }

    func stop(_ turn: TurnID, _ cause: StopCause) {
        let wasJournaled = has {
            if case .turnStopRequested(turn, _) = $0 { true } else { false }
        }
        seen.change {
            $0.stopped.append(turn)
            $0.stopsWereJournaled.append(wasJournaled)
        }
    }

    private func has(_ condition: (Event) -> Bool) -> Bool {
        var found = false
        // A journal that cannot be read has no such event.
        _ = try? journal.forEach(after: 0) { if condition(try EventRecord.decode($0.record.body)) { found = true } }
        return found
    }
}

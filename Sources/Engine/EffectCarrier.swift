import Orchestration

/// Does in the world what the decisions intend. Every method may be called again for the same id after a crash and must then do no harm.
package protocol EffectCarrier: Sendable {
    /// Carries an effect out and says what came of it; `nil` when it was interrupted (the task was cancelled) and is to be done again later.
    ///
    /// - Parameters:
    ///   - state: reads the run's present state.
    ///   - report: hands the engine something that was seen on the way.
    func carryOut(
        _ id: EffectID, _ effect: Effect, state: @escaping @Sendable () async throws -> Run,
        report: @escaping @Sendable (Input) async -> Void
    ) async -> EffectResult?

    /// Has a turn's process end, now or after its present step, as the cause says. Returns at once; the turn's effect then finishes by itself.
    func stop(_ turn: TurnID, _ cause: StopCause)

    /// Called when nothing is in flight while the run goes on: the time for what would be in the way otherwise. Cancelled as soon as something
    /// begins, and then ends soon. May be called again at any time.
    func useIdleTime() async

    /// Called now and then while work lands, beside whatever is in flight: for what must not be left until nothing is. Cancelled when the run is to
    /// stand still, and then ends soon. Never called a second time before it has returned.
    func tidyMeanwhile() async
}

extension EffectCarrier {
    package func tidyMeanwhile() async {}
}

/// Is told of every durable step, for logs and views. Never called for something that is not durable, and never able to slow a decision:
/// implementations hand work off.
package protocol EngineObserver: Sendable {
    func committed(_ events: [Event], before: Run, after: Run, at time: Timestamp)
    func journalFailed(_ reason: String)
}

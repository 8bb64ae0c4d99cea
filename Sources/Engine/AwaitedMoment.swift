import Orchestration

/// When decisions want to be asked again if nothing happens before.
struct AwaitedMoment: Equatable {
    var time: Timestamp
    /// Whether it ends a rest: what provider's clocks name, while nothing is under way that a leap of time could hurt.
    var endsRest: Bool

    init?(of run: Run, at now: Timestamp) {
        guard let deadline = run.nextDeadline(after: now) else { return nil }
        time = deadline
        endsRest = run.rest(at: now)?.named == deadline
    }

    /// Returns when it has come, or throws when the task is cancelled.
    func comes(_ clock: any EngineClock) async throws {
        if endsRest { try await clock.rest(until: time) } else { try await clock.wait(until: time) }
    }
}

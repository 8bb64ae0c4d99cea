import Agents
import Orchestration
import Processes
import Synchronization

/// The input of one running agent: what it is told while it works, and its end when the agent has nothing left to do.
///
/// A process serves one turn. When its result is there the input is ended, and the agent ends by itself; one that does not is ended after a while.
/// A message that came too late for the result makes one more round, which is part of the turn.
final class TurnInput: Sendable {
    /// From the end of the input to that of an agent that rests, in milliseconds.
    private static let patience: Int64 = 60_000

    private let process: SupervisedProcess
    private let clock: any EngineClock
    private let stop: @Sendable () -> Void
    private let alarm = Mutex<_Concurrency.Task<Void, Never>?>(nil)

    /// - Parameter stop: ends the process.
    /// - Throws: `SystemError`.
    init(of process: SupervisedProcess, clock: any EngineClock, stop: @escaping @Sendable () -> Void) throws {
        self.process = process
        self.clock = clock
        self.stop = stop
        // Whoever wrote last may have died before he could say so.
        try process.announceInput()
    }

    /// Takes what a line of output shows.
    ///
    /// - Parameter isAwaiting: whether a message is on its way to the agent.
    /// - Throws: `SystemError`.
    func take(_ observation: Observation, isAwaiting: () async throws -> Bool) async throws {
        if observation.progress.contains(.began) { setAlarm(nil) }
        guard let rest = observation.rest else { return }
        // What was broken off for a message goes on with it.
        if rest == .brokenOff, try await isAwaiting() { return }
        try process.endInput()
        setAlarm(clock.now().advanced(byMilliseconds: Self.patience))
    }

    /// Nothing is ended any more.
    func forget() { setAlarm(nil) }

    private func setAlarm(_ time: Timestamp?) {
        let next = time.map { time in
            _Concurrency.Task { [clock, stop] in
                do {
                    try await clock.wait(until: time)
                } catch {
                    return  // Cancelled: the agent has ended, or works on.
                }
                stop()
            }
        }
        alarm.withLock {
            $0?.cancel()
            $0 = next
        }
    }
}

import Glibc

/// What signals mean at each moment of a session: the first asks the run to stand still, the second ends this process at once.
actor SignalAttention {
    private let console: Console
    private let place: Place
    /// The first signal that came.
    private(set) var first: Int32?
    private var response: (@Sendable (String) async -> Void)?
    private let endProcess: @Sendable (Int32) -> Void

    /// - Parameter endProcess: ends the process with an exit code; a test only notes it.
    init(console: Console, place: Place, endProcess: @escaping @Sendable (Int32) -> Void = { _exit($0) }) {
        self.console = console
        self.place = place
        self.endProcess = endProcess
    }

    /// Before there is a run: `cancel` gives up looking at the repository.
    func whileOpening(_ cancel: @escaping @Sendable () -> Void) {
        response = { _ in cancel() }
        if first != nil { cancel() }
    }

    /// From now on `suspend` has the run stand still; also for a signal that came before.
    func whileRunning(_ suspend: @escaping @Sendable (String) async -> Void) async {
        response = suspend
        if let first { await suspend(Signals.name(of: first)) }
    }

    func heed(_ number: Int32) async {
        guard first == nil else {
            console.warn(
                "\(Signals.name(of: number)) again: ending at once. Agents that still work go on under their own supervision; "
                    + "`cco pause\(place.options)` ends them, `cco resume\(place.options)` takes them up.")
            return endProcess(128 + number)
        }
        first = number
        console.warn(
            "\(Signals.name(of: number)): stopping the agents; what they did is saved and `cco resume\(place.options)` goes on. "
                + "The same again ends cco at once.")
        await response?(Signals.name(of: number))
    }
}

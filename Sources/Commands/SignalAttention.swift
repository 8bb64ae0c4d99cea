import Glibc

/// What signals mean at each moment of a session: the first asks the run to stand still, the second ends this process at once.
actor SignalAttention {
    /// What is said after a signal's name.
    struct Words: Sendable {
        /// At the first.
        var first: String
        /// At the second, when everything ends at once.
        var again: String
    }

    private let output: LineQueue
    private let words: Words
    /// The first signal that came.
    private(set) var first: Int32?
    private var response: (@Sendable (String) async -> Void)?
    private let endProcess: @Sendable (Int32) -> Void

    /// - Parameter endProcess: ends the process with an exit code; a test only notes it.
    init(console: Console, words: Words, endProcess: @escaping @Sendable (Int32) -> Void = { _exit($0) }) {
        output = LineQueue(console.warn)
        self.words = words
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
            output.put("\(Signals.name(of: number)) again: ending at once. \(words.again)")
            // Whoever does not read it is not waited for.
            await output.drained(within: .seconds(1))
            return endProcess(128 + number)
        }
        first = number
        output.put("\(Signals.name(of: number)): \(words.first) The same again ends cco at once.")
        await response?(Signals.name(of: number))
    }
}

extension SignalAttention.Words {
    /// For a run of agents.
    static func run(in place: Place) -> SignalAttention.Words {
        SignalAttention.Words(
            first: "stopping the agents; what they did is saved and `cco resume\(place.options)` goes on.",
            again: "Agents that still work go on under their own supervision; "
                + "`cco pause\(place.options)` ends them, `cco resume\(place.options)` takes them up.")
    }

    static let merge = SignalAttention.Words(
        first: "stopping; what has landed stays, and the same command goes on with the rest.",
        again: "The same command goes on with what has not landed, and ends a gate that is left.")

    static let verify = SignalAttention.Words(
        first: "stopping; a gate that runs again is ended, and the copy is removed.",
        again: "A gate that runs again goes on to its end or its time limit, and the copy stays in the temporary folder.")
}

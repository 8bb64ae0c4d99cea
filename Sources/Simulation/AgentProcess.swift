import Orchestration

/// A process in the simulated process table, with what it leaves on disk. It outlives the engine that started it.
struct AgentProcess: Sendable {
    enum Ending: Sendable {
        /// As its script says.
        case itself
        /// The credential or the provider failed it.
        case failed(TurnEnd)
        /// Ended by its shim, because an engine wanted that.
        case terminated
        /// The machine went down with it.
        case lost
    }

    let turn: Turn
    let script: AgentScript
    /// In real milliseconds, which no clock that is set wrong can change.
    let startedAt: Int64
    /// When it ends, as far as is known; `nil` when it does not by itself.
    var endsAt: Int64?
    /// How it ends at that time.
    var ending = Ending.itself
    /// Whether it is told to stop.
    var isStopping = false
    /// Whether it is to end after its present step.
    var isHeldBack = false
    var isOver = false
    /// Milliseconds that it ran.
    var milliseconds: Int64 = 0
    /// When and how it can be seen to get nowhere; `nil` once something has helped.
    var stuck: (after: Int64, cause: StuckCause)?
    /// What it was told, and what of that it has read.
    var told: [MessageID: Message] = [:]
    var read: Set<MessageID> = []
    /// The head of its branch when it is over; workers only.
    var head: Int?

    init(turn: Turn, script: AgentScript, startedAt: Int64) {
        self.turn = turn
        self.script = script
        self.startedAt = startedAt
        endsAt = script.milliseconds.map { startedAt + $0 }
        stuck = script.stuck
    }

    /// Has it end earlier than it would.
    ///
    /// - Returns: whether anything changed.
    mutating func end(at time: Int64, _ ending: Ending) -> Bool {
        guard !isOver, endsAt.map({ time < $0 }) ?? true else { return false }
        endsAt = time
        self.ending = ending
        return true
    }

    /// Has it end after a step instead of what it would have met with a request after that.
    ///
    /// - Returns: whether anything changed: what it ends with by itself before, counts.
    mutating func endAfterStep(at time: Int64) -> Bool {
        if case .itself = ending { return end(at: time, .terminated) }
        guard !isOver, case .failed = ending else { return false }
        endsAt = time
        ending = .terminated
        return true
    }

    /// Reads a message. What helps it gets it going, if it is stuck by then.
    ///
    /// - Returns: whether it will now end by itself.
    mutating func read(_ message: Message, at time: Int64) -> Bool {
        read.insert(message.id)
        guard let stuck, let helps = script.helps, startedAt + stuck.after <= time else { return false }
        guard message.interrupts || helps == .message else { return false }
        self.stuck = nil
        return end(at: time + script.recovery, .itself)
    }

    /// What it did, in US dollars: a process that was ended early has spent a part.
    var costUsd: Double { script.costUsd * part }

    /// The tokens of that.
    var usage: TokenUsage {
        let whole = script.usage
        func some(_ count: Int) -> Int { Int(Double(count) * part) }
        return TokenUsage(
            input: some(whole.input), cacheWrite: some(whole.cacheWrite), cacheRead: some(whole.cacheRead), output: some(whole.output))
    }

    private var part: Double {
        guard case .itself = ending else {
            guard let whole = script.milliseconds, whole > 0 else { return 1 }
            return min(1, Double(milliseconds) / Double(whole))
        }
        return 1
    }
}

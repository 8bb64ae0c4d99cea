import Orchestration

/// Plays one whole run in virtual time: the real decisions, an engine that keeps the real engine's rules, and a world in which everything can
/// go wrong. The same experiment always plays the same.
///
/// Two clocks: `real` only ever goes forward and orders everything that happens; what the machine's clock says is `real` with an offset that
/// changes only between two engines, as the real engine's clock is monotonic within a process.
package final class Simulator {
    /// What the simulation waits for.
    enum Happening {
        case effect(EffectID, plan: Int)
        case alarm(Int)
        case processEnds(TurnID)
        case stuck(TurnID, StuckCause, generation: Int)
        case reads(TurnID, MessageID)
        case takesAll(TurnID, SpendingMeasure, generation: Int)
        case takesPart(TurnID, SpendingMeasure, Double, generation: Int)
        case stray(EffectID, EffectResult)
        case keyFails(CredentialID, SimulatedProvider.Trouble)
        case outage(until: Int64)
        case slowsDown(CredentialID, Throttle.Cause)
        case windowFills(CredentialID, share: Double, until: Int64)
        case windowIsPassed(CredentialID, until: Int64)
        case modelWindowFills(CredentialID, ModelFamily, share: Double, until: Int64)
        case engineDies(generation: Int)
        case engineStarts
        case personComes
    }

    /// The engine's process is gone; what it was doing is not finished.
    struct EngineDied: Error {}

    let circumstances: Circumstances
    let seed: UInt64
    let isThorough: Bool
    var faults: FaultSource
    var git = SimulatedGit()
    var journal: SimulatedJournal
    var engine: SimulatedEngine?
    /// The configuration folder, as a person has it now.
    var settings: RunSettings
    var provider = SimulatedProvider()
    var processes: [TurnID: AgentProcess] = [:]
    var sessionCosts: [String: Double] = [:]
    /// Verdicts that gates left in their folders.
    var gateFolders: [EffectID: GateResult] = [:]
    /// Trees that truly passed a command.
    var greenTrees: Set<String> = []
    /// The gate's command when a publication was decided. A person who changes the command later does not hold back what is on its way.
    var commands: [EffectID: String] = [:]
    /// What an effect really did, by its id.
    var deeds: [EffectID: String] = [:]
    var stubborn: [String: FaultKind] = [:]
    var seen = SeenIDs()
    /// What some process has read.
    var messagesRead: Set<MessageID> = []
    /// Orders that people have given.
    var orders = 0

    var happenings = EventQueue<Happening>()
    var real: Int64 = 0
    var offset: Int64 = 0
    var plans = 0
    var generations = 0
    /// When the disk has room again, in real milliseconds.
    var diskFullUntil: Int64 = 0
    /// Until when the machine's memory is nearly used up, and whether the engine has seen it so.
    var memoryTightUntil: Int64 = 0
    var sawTightMemory = false
    var isOver = false
    var originDownUntil: Int64 = 0
    var statistics = RunStatistics()
    /// Lines of what happened, when they are wanted.
    var trace: Trace?

    /// - Parameter isThorough: see `Experiment.isThorough`.
    package init(_ circumstances: Circumstances, seed: UInt64, isThorough: Bool = false, keepsTrace: Bool = false) {
        self.circumstances = circumstances
        self.seed = seed
        self.isThorough = isThorough
        faults = circumstances.faults
        settings = circumstances.settings
        let (events, run) = Decider.begin(id: ID("run-1"), settings: settings, seed: seed, at: .begin)
        journal = SimulatedJournal(events, first: run, at: .begin)
        if keepsTrace { trace = Trace() }
    }

    package convenience init(_ experiment: Experiment, keepsTrace: Bool = false) {
        self.init(Circumstances(experiment), seed: experiment.seed, isThorough: experiment.isThorough, keepsTrace: keepsTrace)
    }

    /// Plays the run to its end.
    package func play() -> SimulationResult {
        var violation: Violation?
        do {
            begin()
            while !isOver { try step() }
            try checkEnd()
        } catch let broken as Violation {
            violation = broken
        } catch {
            violation = Violation(.endsInTime, "the simulation itself failed: \(error)")
        }
        let run = engine?.run ?? journal.fold()
        statistics.close(run, faults: faults, real: real, processes: processes.values)
        if let violation { note("violation", "\(violation)") }
        return SimulationResult(statistics: statistics, violation: violation, run: run, trace: trace)
    }

    /// What the journal holds.
    package var events: [(event: Event, time: Timestamp)] { journal.records }

    private func begin() {
        note("settings", settings.line)
        if faults.strikes(.baseRed) != nil {
            git.pushFromOutside()
            git.addNewestOutsideDefect()
        }
        git.setHub(git.origin)
        plan(.engineStarts, after: 0)
    }

    private func step() throws {
        guard let next = happenings.removeFirst() else { throw Violation(.noDeadlock, "nothing is left to wait for") }
        real = max(real, next.time)
        statistics.happenings += 1
        guard statistics.steps < Bounds.steps, statistics.happenings < 4 * Bounds.steps else {
            throw Violation(.endsInTime, "not over after \(statistics.steps) decisions")
        }
        do {
            try meet(next.happening)
        } catch is EngineDied {
            return
        }
    }

    private func meet(_ happening: Happening) throws {
        switch happening {
        case .effect(let id, let plan): if engine?.inFlight[id]?.plan == plan { try advance(id) }
        case .alarm(let number): if engine?.alarmNumber == number { try alarmRings() }
        case .processEnds(let turn): try processEnds(turn)
        case .stuck(let turn, let cause, let generation): try seeStuck(turn, cause, generation)
        case .reads(let turn, let message): try reads(turn, message)
        case .takesAll(let turn, let measure, let generation): try tookAll(turn, measure, generation)
        case .takesPart(let turn, let measure, let amount, let generation): try tookPart(turn, measure, amount, generation)
        case .stray(let id, let result): try submitStray(id, result)
        case .keyFails(let key, let trouble): fail(key, trouble)
        case .outage(let until): failEverybody(until: until)
        case .slowsDown(let key, let cause): try tell(.slowed(cause), of: key)
        case .windowFills(let key, let share, let until): try fill(key, share, until: until)
        case .windowIsPassed(let key, let until): try goBeyond(key, until: until)
        case .modelWindowFills(let key, let family, let share, let until): try fill(key, family, share, until: until)
        case .engineDies(let generation): if engine?.generation == generation { try crash("at any time") }
        case .engineStarts: try startEngine()
        case .personComes: try personComes()
        }
    }

    // MARK: Time and chance

    /// What the machine's clock says.
    var now: Timestamp { .begin.advanced(byMilliseconds: real + offset) }

    func plan(_ happening: Happening, after milliseconds: Int64) { happenings.add(happening, at: real + max(0, milliseconds)) }

    /// A stream of chance for something with a number, such as a turn.
    func random(_ purpose: UInt64, _ number: Int) -> SeededRandom { SeededRandom(seed: seed, purpose, UInt64(number)) }

    func random(_ purpose: UInt64, _ id: EffectID) -> SeededRandom { random(purpose, id.number) }

    func note(_ kind: String, _ text: @autoclosure () -> String) {
        guard trace != nil else { return }
        trace?.add(real: real, kind, text())
    }

    /// Whether a fault strikes; noted in the trace.
    func strikes(_ kind: FaultKind, chances: Int = 1) -> SeededRandom? {
        guard let random = faults.strikes(kind, chances: chances) else { return nil }
        if let fault = faults.struck.last { note("fault", fault.description) }
        return random
    }
}

extension ID {
    /// The number at the end of the name, 0 when there is none.
    var number: Int { name.lastIndex(of: "-").flatMap { Int(name[name.index(after: $0)...]) } ?? 0 }
}

extension RunSettings {
    /// What matters of the settings, in a line.
    var line: String {
        let budget = maxBudgetUsd.map { ", \($0) USD" } ?? ""
        return "\(workerCount) workers in groups of \(engineerManagerGroupSize), \(maxRunMinutes) min\(budget), review \(review.rawValue), "
            + "promotion \(promotion.rawValue), push \(push), gate \(verifyCommand ?? "unset") in \(gateSlots) slots, "
            + "\(maxTaskAttempts) attempts, turns of \(taskTimeoutMinutes) min, \(credentials.count) credentials"
    }
}

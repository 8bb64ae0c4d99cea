import Orchestration

/// The engine's own memory: everything that is gone when its process dies. Its rules are those of the real `Engine`.
struct SimulatedEngine {
    /// An effect that the engine is carrying out.
    struct Carriage {
        let effect: Effect
        var stage: Stage = .begun
        /// The number of what is planned next for it; older plans are void.
        var plan = 0
        /// Whether a suspension interrupts it.
        var isCancelled = false
        var result: EffectResult?
    }

    enum Stage {
        /// The engine has taken it up.
        case begun
        /// Half of it is done.
        case halfway
        /// A turn's process is followed.
        case following
        /// A turn's process is over; its commits come home.
        case harvesting
        /// It is done; its result is on the way.
        case done
    }

    let generation: Int
    /// The state after the newest durable event.
    var run: Run
    var inFlight: [EffectID: Carriage] = [:]
    var alarm: Timestamp?
    var alarmNumber = 0
    /// Until it has taken the pending effects up, nobody waits for it to stand still.
    var isStarting = true
    var hasJournalFault = false
    /// Turns that it has told to stop, also those whose process is not there yet.
    var stopped: Set<TurnID> = []

    /// Nothing more will happen.
    var isStanding: Bool {
        guard !isStarting, inFlight.isEmpty else { return false }
        return hasJournalFault || run.isEnded || run.suspension != nil
    }
}

/// The durable events, with the state that they fold to.
struct SimulatedJournal {
    private(set) var records: [(event: Event, time: Timestamp)] = []
    private var folded: Run
    private var foldedCount = 0
    /// Effects that an event intends.
    private(set) var intended: Set<EffectID> = []

    init(_ events: [Event], first: Run, at time: Timestamp) {
        folded = first
        append(events, at: time)
    }

    mutating func append(_ events: [Event], at time: Timestamp) {
        for event in events {
            records.append((event, time))
            if case .effectIntended(let id, _) = event { intended.insert(id) }
        }
    }

    /// The state that the events fold to: from the last time, as from a snapshot, with what came since.
    mutating func fold() -> Run {
        while foldedCount < records.count {
            folded.apply(records[foldedCount].event, at: records[foldedCount].time)
            foldedCount += 1
        }
        return folded
    }
}

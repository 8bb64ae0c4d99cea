import Orchestration

/// One event of a journal, as a view reads it.
package struct RecordedEvent: Codable, Sendable, Equatable {
    /// Its number in the journal, from 1.
    package var sequence: Int64
    package var time: Timestamp
    package var event: Event

    package init(sequence: Int64, time: Timestamp, event: Event) {
        self.sequence = sequence
        self.time = time
        self.event = event
    }
}

/// What a view keeps of a run's journal, so that any moment of it can be shown: the newest state, states along the way, when each event happened,
/// and the timeline. Grows by events; what is kept of states and of the timeline is bounded, and each event adds the eight bytes of its time.
package struct Recording: Sendable {
    /// The state after an event.
    package struct Checkpoint: Sendable {
        package init(sequence: Int64, run: Run?) {
            self.sequence = sequence
            self.run = run
        }

        package var sequence: Int64
        /// `nil` before the first event.
        package var run: Run?

        /// What of it grows with the run.
        fileprivate var entries: Int { run.map { $0.tasks.count + $0.agents.count + $0.queue.count } ?? 0 }
    }

    /// States that are kept; their distance doubles when there are more, or when they have more tasks and agents together than `mostEntries`.
    package static let mostCheckpoints = 64
    /// A state takes about a kilobyte for each of its tasks and agents, as far as it shares none of them with its neighbours.
    package static let mostEntries = 64_000

    package private(set) var run: Run?
    package private(set) var timeline = Timeline()
    private var times: [Int64] = []
    private var checkpoints = [Checkpoint(sequence: 0, run: nil)]
    private var spacing: Int64 = 64

    package init() {}

    /// The number of the newest event.
    package var last: Int64 { Int64(times.count) }

    /// Takes the events that follow; one that was taken already is passed over.
    package mutating func take(_ events: some Sequence<RecordedEvent>) {
        for event in events where event.sequence == last + 1 {
            Recording.fold(event, into: &run)
            // A clock that was set back moves no event before an earlier one.
            times.append(max(event.time.milliseconds, times.last ?? .min))
            timeline.take(event.event, at: event.time, sequence: event.sequence)
            if event.sequence % spacing == 0 { keep(Checkpoint(sequence: event.sequence, run: run)) }
        }
    }

    private mutating func keep(_ checkpoint: Checkpoint) {
        checkpoints.append(checkpoint)
        // The first one has no state, and one with a state is kept however large it is.
        var isTooMuch: Bool {
            let entries = checkpoints.reduce(0) { $0 + $1.entries }
            return checkpoints.count > Self.mostCheckpoints || (checkpoints.count > 2 && entries > Self.mostEntries)
        }
        while isTooMuch {
            spacing *= 2
            checkpoints.removeAll { $0.sequence % spacing != 0 }
        }
    }

    /// The nearest state at or before an event.
    package func checkpoint(before sequence: Int64) -> Checkpoint {
        checkpoints.last { $0.sequence <= sequence } ?? Checkpoint(sequence: 0, run: nil)
    }

    /// When an event happened; the first one's time for numbers before it.
    package func time(of sequence: Int64) -> Timestamp {
        guard !times.isEmpty else { return Timestamp(milliseconds: 0) }
        return Timestamp(milliseconds: times[Int(max(1, min(last, sequence))) - 1])
    }

    /// The last event that had happened at a time; 0 when none had.
    package func sequence(at time: Timestamp) -> Int64 {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= time.milliseconds { low = middle + 1 } else { high = middle }
        }
        return Int64(low)
    }

    /// Folds an event into a state, which the first event makes.
    package static func fold(_ recorded: RecordedEvent, into run: inout Run?) {
        if case .runStarted(let id, let settings, let seed) = recorded.event {
            run = Run(id: id, settings: settings, seed: seed, at: recorded.time)
        }
        run?.apply(recorded.event, at: recorded.time)
    }
}

/// Folds events one by one and writes down the lines that the log had for them: a run's state at a moment and what was said before it.
package struct Playback: Sendable {
    package private(set) var run: Run?
    package private(set) var log = LogTail()
    package private(set) var time = Timestamp(milliseconds: 0)

    package init(from checkpoint: Recording.Checkpoint) { run = checkpoint.run }

    /// Folds an event of which nothing is to be told: without the copy of the state before it that telling takes.
    package mutating func pass(_ recorded: RecordedEvent) {
        Recording.fold(recorded, into: &run)
        time = recorded.time
    }

    package mutating func take(_ recorded: RecordedEvent) {
        let before = run
        Recording.fold(recorded, into: &run)
        time = recorded.time
        guard let run else { return }
        let stamp = Moment(recorded.time).iso
        for line in EventLines.lines(for: recorded.event, before: before ?? run, after: run) {
            log.add(
                LogTail.Entry(
                    day: String(stamp.prefix(10)), time: String(stamp.dropFirst(11).prefix(8)), source: line.source, text: line.text,
                    isEvent: true,
                    level: line.level == .warning || line.level == .error ? line.level.rawValue : nil))
        }
    }
}

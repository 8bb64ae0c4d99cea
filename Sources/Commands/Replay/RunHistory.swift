import Observability
import Orchestration

/// Any moment of a run, live or ended, from its journal. Reads what is new when it is asked, and nothing in between.
actor RunHistory {
    /// A run as it was after an event.
    struct Past: Sendable {
        var sequence: Int64
        var status: RunStatus
        /// What was said before, by events alone: the journal has no agents' output.
        var log: LogTail
        var time: Timestamp
    }

    /// Events before a moment whose lines are shown with it.
    private static let context: Int64 = 400
    private static let pageSize: Int64 = 512
    private static let mostPages = 24
    /// A page asks for the moment that it goes to and the one that it comes from; the terminal has one.
    private static let mostPasts = 4

    let reader: JournalReader
    private var recording = Recording()
    private var reading: Task<Void, any Error>?
    /// Whole pages of events that were asked for lately, and whole moments; the newest last.
    private var pages: [(number: Int64, events: [RecordedEvent])] = []
    private var pasts: [Past] = []

    init(_ reader: JournalReader) { self.reader = reader }

    /// Reads what has been added to the journal since.
    ///
    /// - Returns: the number of the newest event.
    @discardableResult
    func catchUp() async throws -> Int64 {
        if let reading {
            try await reading.value
        } else {
            let task = Task { try await readOn() }
            reading = task
            defer { reading = nil }
            try await task.value
        }
        return recording.last
    }

    private func readOn() async throws {
        while true {
            let events = try await reader.events(after: recording.last)
            if events.isEmpty { return }
            recording.take(events)
        }
    }

    var last: Int64 { recording.last }

    /// The newest state; `nil` before the first `catchUp`.
    var newest: Run? { recording.run }

    var timeline: Timeline { recording.timeline }

    func time(of sequence: Int64) -> Timestamp { recording.time(of: sequence) }

    func sequence(at time: Timestamp) -> Int64 { recording.sequence(at: time) }

    /// The run after an event; the nearest there is for a number that is none.
    ///
    /// - Throws: what reading throws; `Failure` for a run without events.
    func past(at wanted: Int64) async throws -> Past {
        if wanted > recording.last || recording.last == 0 { try await catchUp() }
        let sequence = max(1, min(recording.last, wanted))
        if let index = pasts.firstIndex(where: { $0.sequence == sequence }) {
            let past = pasts.remove(at: index)
            pasts.append(past)
            return past
        }
        let checkpoint = recording.checkpoint(before: max(0, sequence - Self.context))
        var playback = Playback(from: checkpoint)
        for event in try await events(after: checkpoint.sequence, to: sequence) {
            if event.sequence > sequence - Self.context { playback.take(event) } else { playback.pass(event) }
        }
        guard let run = playback.run else { throw Failure("the journal of run \(runName) has no event yet.", .usage) }
        let past = Past(sequence: sequence, status: RunStatus(run: run, at: playback.time), log: playback.log, time: playback.time)
        pasts.append(past)
        if pasts.count > Self.mostPasts { pasts.removeFirst() }
        return past
    }

    /// From the pages that are at hand, and otherwise from the journal in one go.
    private func events(after sequence: Int64, to end: Int64) async throws -> [RecordedEvent] {
        let wanted = (sequence / Self.pageSize)...((end - 1) / Self.pageSize)
        let missing = wanted.filter { number in !pages.contains { $0.number == number } }
        var fresh: [RecordedEvent] = []
        if let first = missing.first, let last = missing.last {
            fresh = try await reader.events(after: first * Self.pageSize, to: min(recording.last, (last + 1) * Self.pageSize))
        }
        var found: [RecordedEvent] = []
        for number in wanted {
            let range = (number * Self.pageSize + 1)...((number + 1) * Self.pageSize)
            let events = pages.first { $0.number == number }?.events ?? fresh.filter { range.contains($0.sequence) }
            found += events.lazy.filter { $0.sequence > sequence && $0.sequence <= end }
            pages.removeAll { $0.number == number }
            if events.last?.sequence == range.upperBound { pages.append((number, events)) }
        }
        if pages.count > Self.mostPages { pages.removeFirst(pages.count - Self.mostPages) }
        return found
    }
}

extension RunHistory {
    /// Tells what every event says, from the first on, as long as it is wanted.
    ///
    /// - Parameter tell: returns whether to go on.
    func play(_ tell: @Sendable (Int64, LogTail.Entry) -> Bool) async throws {
        var playback = Playback(from: Recording.Checkpoint(sequence: 0, run: nil))
        var cursor: Int64 = 0
        while true {
            let page = try await reader.events(after: cursor)
            guard let end = page.last?.sequence else { return }
            for event in page {
                let known = playback.log.version
                playback.take(event)
                for entry in playback.log.entries.suffix(playback.log.version - known) {
                    guard tell(event.sequence, entry) else { return }
                }
            }
            cursor = end
        }
    }
}

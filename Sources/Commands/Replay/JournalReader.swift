import ControlAPI
import Engine
import Observability
import Orchestration

/// Reads a run's journal: from the engine that has the run in hand, otherwise from the file.
struct JournalReader: Sendable {
    let place: Place
    /// `nil` for whichever is the workspace's newest.
    let run: RunID?
    /// Gives what takes secrets out of events that are read from the file; an engine does that itself. What it throws is thrown on: nothing is
    /// read without it.
    let redactor: @Sendable () throws -> Redactor
    /// Who else in this process opens the run's journal now and then; the two must not do it at once.
    var follower: RunFollower?

    /// Events that are read in one go from a journal that nobody has open, which is for so long not to be had for others.
    private static let chunk = 4_096

    /// The events after one, as many as come at once; none at the end.
    ///
    /// - Throws: `Failure` when somebody has the workspace and does not answer; what reading the journal throws.
    func events(after sequence: Int64) async throws -> [RecordedEvent] {
        try await page(after: sequence, limit: Self.chunk).entries.map { entry in
            RecordedEvent(
                sequence: entry.sequence, time: Timestamp(milliseconds: entry.time),
                event: try EventRecord.decode(Array(entry.event.utf8)))
        }
    }

    /// The events after one up to another.
    func events(after sequence: Int64, to end: Int64) async throws -> [RecordedEvent] {
        var found: [RecordedEvent] = []
        var cursor = sequence
        while cursor < end {
            let page = try await events(after: cursor)
            guard let last = page.last else { break }
            found += page
            cursor = last.sequence
        }
        return Array(found.prefix { $0.sequence <= end })
    }

    /// At most `limit` events after one, secrets replaced.
    ///
    /// - Throws: as `events(after:)`.
    func page(after sequence: Int64, limit: Int) async throws -> JournalPage {
        try await RunFinder(place: place).settled {
            if let live = try await live(after: sequence, limit: limit) { return live }
            guard let follower else { return try standing(after: sequence, limit: limit) }
            return try await follower.exclusively { try standing(after: sequence, limit: limit) }
        }
    }

    /// `nil` when no engine has the run in hand.
    private func live(after sequence: Int64, limit: Int) async throws -> JournalPage? {
        if let run, try place.workspace.currentRun()?.id != run { return nil }
        do {
            let page = try await RunFinder(place: place).client.journal(
                after: sequence, limit: min(limit, JournalPage.largest), deadline: .now + .seconds(30))
            return run == nil || page.run == run?.name ? page : nil
        } catch ControlClientError.notRunning {
            return nil
        } catch ControlClientError.refused(let problem) where problem.code == "unknown-route" {
            throw Failure("The engine of this run is of an earlier version, which does not show its journal.", .unavailable)
        }
    }

    private func standing(after sequence: Int64, limit: Int) throws -> JournalPage {
        let newest = try place.workspace.currentRun()
        // Only the newest run can be taken up by an engine while this reads.
        let lock = try run == nil || newest?.id == run ? place.workspace.lock(isBrief: true) : nil
        defer { withExtendedLifetime(lock) {} }
        guard let folder = run.map({ place.workspace.folder(of: $0) }) ?? newest else { throw Failure("there is no run any more", .usage) }
        // Making it reads the configuration: once for all of them.
        let redactor = try redactor()
        var page = try RunHost.journalPage(of: folder, after: sequence, limit: limit, redactor)
        while page.entries.count < limit, let last = page.entries.last, last.sequence < page.last {
            let more = try RunHost.journalPage(of: folder, after: last.sequence, limit: limit - page.entries.count, redactor).entries
            guard !more.isEmpty else { break }
            page.entries += more
        }
        return page
    }
}

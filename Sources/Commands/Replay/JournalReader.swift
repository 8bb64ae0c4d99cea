import ControlAPI
import Engine
import Journal
import Observability
import Orchestration

/// Reads the events of one run: from the engine that has it in hand, otherwise from its journal.
struct JournalReader: Sendable {
    let place: Place
    let run: RunID
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
        if let live = try await live(after: sequence) { return live }
        guard let follower else { return try Self.standing(self, after: sequence) }
        return try await follower.exclusively { try Self.standing(self, after: sequence) }
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

    /// `nil` when no engine has the run in hand.
    private func live(after sequence: Int64) async throws -> [RecordedEvent]? {
        guard try place.workspace.currentRun()?.id == run else { return nil }
        do {
            let page = try await RunFinder(place: place).client.journal(after: sequence, deadline: .now + .seconds(30))
            guard page.run == run.name else { return nil }
            return try page.entries.map { entry in
                RecordedEvent(
                    sequence: entry.sequence, time: Timestamp(milliseconds: entry.time),
                    event: try EventRecord.decode(Array(entry.event.utf8)))
            }
        } catch ControlClientError.notRunning {
            return nil
        } catch ControlClientError.refused(let problem) where problem.code == "unknown-route" {
            throw Failure("The engine of this run is of an earlier version, which does not show its journal.", .unavailable)
        }
    }

    private static func standing(_ reader: JournalReader, after sequence: Int64) throws -> [RecordedEvent] {
        let redactor = try reader.redactor()
        let folder = reader.place.workspace.folder(of: reader.run)
        // Only the newest run can be taken up by an engine while this reads.
        let lock = try reader.place.workspace.currentRun()?.id == reader.run ? reader.place.workspace.lock(isBrief: true) : nil
        defer { withExtendedLifetime(lock) {} }
        let journal = try Journal(existingIn: folder.path)
        var found: [RecordedEvent] = []
        do {
            try journal.forEach(after: sequence) { entry in
                try EventRecord.decode(redactor.redacted(entry.record.body))
            } _: { entry, event in
                found.append(RecordedEvent(sequence: entry.sequence, time: entry.record.time, event: event))
                if found.count >= chunk { throw Enough() }
            }
        } catch is Enough {
            // What was read beyond is read again.
        }
        try journal.close()
        return found
    }

    private struct Enough: Error {}
}

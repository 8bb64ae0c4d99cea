import Journal
import Orchestration

/// Holds a run's journal against itself: every event can be read, none is missing, and each snapshot is the fold of the events before it.
package struct JournalAudit: Sendable, Codable, Equatable {
    package var run: String
    package var events: Int64
    /// Sequence numbers of the snapshots that were compared.
    package var snapshots: [Int64]
    /// What is wrong; empty for a sound journal.
    package var problems: [String]

    /// Reads the whole journal. Takes time in proportion to its size.
    ///
    /// - Parameter folder: the run's folder.
    /// - Throws: `JournalError` when it cannot be opened, for instance because an engine has it.
    package static func check(folder: String) throws -> JournalAudit {
        let journal = try Journal(existingIn: folder)
        defer { try? journal.close() }  // Only read from.
        var audit = JournalAudit(run: journal.identity.run, events: journal.lastSequence, snapshots: [], problems: [])
        do {
            try journal.verifyIntegrity()
            try audit.compare(journal)
        } catch {
            audit.problems.append("\(error)")
        }
        return audit
    }

    private mutating func compare(_ journal: Journal) throws {
        var awaited: [JournalSnapshot] = []
        var upTo = Int64.max
        while let snapshot = try journal.latestSnapshot(upTo: upTo) {
            awaited.insert(snapshot, at: 0)
            upTo = snapshot.sequence - 1
        }
        let last = try EventRecord.fold(journal, from: nil, after: 0) { run, entry in
            guard let snapshot = awaited.first, snapshot.sequence == entry.sequence else { return }
            awaited.removeFirst()
            guard let known = RunSnapshot.decode(snapshot.body) else { return }
            snapshots.append(snapshot.sequence)
            if known.run != run { problems.append("the snapshot of event \(snapshot.sequence) is not the fold of the events before it") }
        }
        if last == nil { problems.append("it does not begin with the start of a run") }
        for snapshot in awaited { problems.append("there is a snapshot of event \(snapshot.sequence), which is not there") }
    }
}

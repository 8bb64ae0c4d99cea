import Foundation
import Journal
import Orchestration
import Simulation
import Testing

@testable import Engine

@Suite("Events in the journal", .timeLimit(.minutes(1)))
struct EventRecordTests {
    private func journal(_ folder: TemporaryFolder) throws -> Journal {
        try Journal(folder: folder.path, identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
    }

    @Test("an event reads back as it was written, under its kind and its time")
    func roundTrip() throws {
        let event = Event.effectIntended(
            ID("effect-7"), .publish(ID("candidate-2"), commit: EngineFixture.object("a"), onto: EngineFixture.object("b")))
        let record = try EventRecord.encode(event, at: ManualClock.begin)
        #expect(record.kind == "effectIntended")
        #expect(record.time == ManualClock.begin)
        #expect(try EventRecord.decode(record.body) == event)
    }

    @Test("every event of runs in which much goes wrong is written as the library writes it", arguments: 0..<8 as Range<UInt64>)
    func bytes(seed: UInt64) throws {
        let simulator = Simulator(Experiment(seed: seed))
        _ = simulator.play()
        let events = simulator.events
        #expect(!events.isEmpty)
        let library = JSONEncoder()
        library.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for (event, time) in events { #expect(try EventRecord.encode(event, at: time).body == Array(library.encode(event))) }
    }

    @Test("a journal without an event replays to no run")
    func empty() throws {
        let folder = try TemporaryFolder()
        #expect(try EventRecord.replay(try journal(folder)) == nil)
    }

    @Test("an event of another version is an error that names it and its journal, and says what to do")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let journal = try journal(folder)
        let begun = Decider.begin(id: ID("run-1"), settings: EngineFixture.settings, seed: 7, at: ManualClock.begin).events
        _ = try journal.append(begun.map { try EventRecord.encode($0, at: ManualClock.begin) })
        _ = try journal.append([JournalRecord(time: ManualClock.begin, kind: "teaServed", body: Array(#"{"teaServed":{}}"#.utf8))])
        #expect {
            _ = try EventRecord.replay(journal)
        } throws: { error in
            let words = "\(error)"
            return error is ReplayError && words.contains("event 2 (teaServed)") && words.contains(journal.path)
                && words.contains("cco cleanup")
        }
    }

    /// A journal of a run with `count` events after the first, whose state differs after each.
    private func longJournal(_ folder: TemporaryFolder, _ count: Int) throws -> Journal {
        let journal = try journal(folder)
        let begun = Decider.begin(id: ID("run-1"), settings: EngineFixture.settings, seed: 7, at: ManualClock.begin).events
        let more = (0..<count).map { Event.sessionReplaced(Run.director, reason: "\($0)") }
        for batch in stride(from: 0, to: more.count, by: 1000) {
            let events = (batch == 0 ? begun : []) + more[batch..<min(batch + 1000, more.count)]
            let time = ManualClock.begin.advanced(byMilliseconds: Int64(batch))
            _ = try journal.append(events.map { try EventRecord.encode($0, at: time) })
        }
        return journal
    }

    @Test("recovery from a snapshot gives the state that all events give")
    func snapshot() throws {
        let folder = try TemporaryFolder()
        let journal = try longJournal(folder, 2500)
        let whole = try EventRecord.fold(journal, from: nil, after: 0)
        var writer = SnapshotWriter()
        _ = try EventRecord.fold(journal, from: nil, after: 0) { run, entry in
            try writer.consider(run, at: entry.sequence, in: journal)
        }
        #expect(try journal.latestSnapshot()?.sequence == 2500)
        #expect(try EventRecord.replay(journal) == whole)
        try journal.close()
        let audit = try JournalAudit.check(folder: folder.path)
        #expect(audit.problems.isEmpty && audit.snapshots == [2250, 2500] && audit.events == 2501)
    }

    @Test(
        "however many events are behind a snapshot, each is folded once, and one of another version is named",
        arguments: [0, 1, 511, 512, 513, 1700])
    func behindSnapshot(count: Int) throws {
        let folder = try TemporaryFolder()
        let journal = try longJournal(folder, 300 + count)
        let whole = try #require(try EventRecord.fold(journal, from: nil, after: 0))
        let early = try #require(try EventRecord.replay(journal, until: 301))
        try journal.writeSnapshot(301, try RunSnapshot(early).encoded())
        let recovered = try #require(try EventRecord.recover(journal))
        #expect(recovered.run == whole && recovered.folded == count)
        _ = try journal.append([JournalRecord(time: ManualClock.begin, kind: "teaServed", body: Array(#"{"teaServed":{}}"#.utf8))])
        #expect {
            _ = try EventRecord.replay(journal)
        } throws: { error in
            error is ReplayError && "\(error)".contains("event \(302 + count) (teaServed)")
        }
    }

    @Test("a snapshot that is not the fold of its events is found, one of another program is passed over")
    func wrongSnapshot() throws {
        let folder = try TemporaryFolder()
        let journal = try longJournal(folder, 10)
        var other = try #require(try EventRecord.replay(journal))
        other.directorSummary = "forged"
        try journal.writeSnapshot(5, try RunSnapshot(other).encoded())
        #expect(try EventRecord.replay(journal)?.directorSummary == "forged")
        try journal.close()
        let audit = try JournalAudit.check(folder: folder.path)
        #expect(audit.problems == ["the snapshot of event 5 is not the fold of the events before it"])

        let again = try Journal(existingIn: folder.path)
        try again.writeSnapshot(6, try RunSnapshot(other, program: "an older one").encoded())
        #expect(RunSnapshot.decode(try #require(try again.latestSnapshot()).body) == nil)
        #expect(try EventRecord.replay(again)?.directorSummary == "")
        // A program can be told apart from outside, too.
        let own = try #require(RunSnapshot.program(at: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")))
        #expect(own == RunSnapshot.thisProgram && RunSnapshot.program(at: "/usr/bin/git") != own)
        #expect(RunSnapshot.program(at: folder.path + "/none") == nil)
        #expect(RunSnapshot.decode(try RunSnapshot(other, program: own).encoded())?.run.directorSummary == "forged")
    }
}

import Journal
import Orchestration
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
}

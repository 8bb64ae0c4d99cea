import Foundation
import Journal
import Orchestration
import Testing

@testable import Engine

/// Journals that earlier versions wrote, as lines of `[milliseconds, kind, body]`. A run must survive an upgrade of cco in its midst, so every
/// version reads all of them; a new format adds a file here and a step in `JournalSchema`.
enum RecordedJournal: String, CaseIterable, Sendable {
    /// Twenty workers in five teams; every promotion goes by itself.
    case teams = "journal-0.1.0-teams"
    /// `cco demo`: reviews, a rework, a conflict and a red gate.
    case demo = "journal-0.1.0-demo"

    func records() throws -> [JournalRecord] {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/\(rawValue)", withExtension: "jsonl"))
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let fields = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            return JournalRecord(time: Timestamp(milliseconds: fields.time), kind: fields.kind, body: Array(fields.body.utf8))
        }
    }

    private struct Line: Decodable {
        let time: Int64
        let kind: String
        let body: String

        init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            time = try fields.decode(Int64.self)
            kind = try fields.decode(String.self)
            body = try fields.decode(String.self)
        }
    }
}

@Suite("Journals of earlier versions", .timeLimit(.minutes(5)))
struct RecordedJournalTests {
    private func journal(_ folder: TemporaryFolder) throws -> Journal {
        try Journal(folder: folder.path, identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "0.1.0"))
    }

    @Test("they fold to the runs that they tell of", arguments: RecordedJournal.allCases)
    func replay(recorded: RecordedJournal) throws {
        let folder = try TemporaryFolder()
        let journal = try journal(folder)
        _ = try journal.append(try recorded.records())
        let run = try #require(try EventRecord.replay(journal))
        #expect(run.phase == .ended(.complete))
        #expect(run.queue.isEmpty && run.turns.isEmpty && run.effects.isEmpty)
        let landed = run.tasks.values.count { if case .landed = $0.state { true } else { false } }
        switch recorded {
        case .teams:
            #expect(run.merges.published == 50 && run.merges.gateRuns == 32 && landed == 20)
            #expect(run.ledger.total.turns == 35 && abs(run.ledger.total.costUsd - 0.765916) < 1e-6)
        case .demo:
            #expect(landed == run.tasks.count && run.merges.conflicts == 1 && run.merges.redGates == 1)
        }
    }

    /// Cut anywhere, as by an upgrade after a kill: the next engine goes on from there.
    @Test("a run that an earlier version left in its midst is taken up", arguments: RecordedJournal.allCases)
    func takenUp(recorded: RecordedJournal) throws {
        let records = try recorded.records()
        for count in stride(from: 5, to: records.count, by: 31) {
            let folder = try TemporaryFolder()
            let journal = try journal(folder)
            _ = try journal.append(Array(records[..<count]))
            let run = try #require(try EventRecord.replay(journal))
            let (events, next) = Decider.decide(run, .engineStarted(run.settings), at: run.clock.lastEventAt)
            #expect(!events.isEmpty && next.suspension == nil)
            #expect(
                !next.effects.isEmpty || next.nextDeadline(after: run.clock.lastEventAt) != nil || next.isEnded, "after \(count) events")
        }
    }

    @Test(
        "recovery of 100,000 events of a real run, with the time it takes",
        .enabled(if: ProcessInfo.processInfo.environment["CCO_TEST_LARGE"] != nil))
    func speed() throws {
        let folder = try TemporaryFolder()
        let journal = try journal(folder)
        let records = try RecordedJournal.teams.records()
        // The beginning once, then the same work again and again.
        let work = records.filter { !["runStarted", "engineStarted", "finishing", "ended"].contains($0.kind) }
        _ = try journal.append(records.filter { $0.kind == "runStarted" } + records.filter { $0.kind == "engineStarted" }.prefix(1))
        var count = 0
        while count < 100_000 {
            _ = try journal.append(work)
            count += work.count
        }
        let clock = ContinuousClock()
        let whole = try clock.measure { _ = try EventRecord.fold(journal, from: nil, after: 0) }
        var writer = SnapshotWriter()
        _ = try EventRecord.fold(journal, from: nil, after: 0) { run, entry in try writer.consider(run, at: entry.sequence, in: journal) }
        try journal.close()
        let short = try clock.measure {
            let journal = try Journal(existingIn: folder.path)
            _ = try #require(try EventRecord.replay(journal))
            try journal.close()
        }
        print("\(count) events of a real run: all of them \(whole), opened and recovered from a snapshot \(short)")
    }
}

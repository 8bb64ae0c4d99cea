import Foundation
import Journal
import Observability
import Orchestration
import Testing

@testable import Engine

@Suite("The narrator", .timeLimit(.minutes(1)))
struct NarratorTests {
    @Test("however far it falls behind, it holds a page of the journal; told is every event once, in order")
    func bounded() async throws {
        let test = try await WorkplaceFixture()
        let events = EngineFixture.reasons(3_000).map { Event.sessionReplaced(Run.director, reason: $0) }
        for closesAtFirst in [false, true] {
            let journal = try Journal(
                folder: "\(test.folder.path)/journal-\(closesAtFirst)",
                identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
            let told = Watched<[String]>([])
            let narrator = Narrator(resources: test.resources, journal: journal, run: test.run) { line in
                told.change { $0.append(line.text) }
                // What is in memory by now is still told; nothing else can be read.
                if closesAtFirst, told.value.count == 1 { try? journal.close() }
            }
            _ = try journal.append(events.map { try EventRecord.encode($0, at: ManualClock.begin) })
            narrator.committed(events, before: test.run, after: test.run, at: ManualClock.begin)
            await narrator.drain()
            if closesAtFirst {
                #expect((1...1_024).contains(told.value.count))
            } else {
                #expect(told.value.count == events.count)
                #expect(zip(told.value, EngineFixture.reasons(3_000)).allSatisfy { $0.0.contains($0.1) })
            }
        }
    }

    /// A line of `events.jsonl`.
    private struct Line: Decodable {
        var message: String?
        var fields: [String: String]?
    }

    /// What the log has of the run's events.
    private func logged(_ test: WorkplaceFixture) throws -> [String] {
        try String(contentsOfFile: test.resources.log.folder + "/events.jsonl", encoding: .utf8).split(separator: "\n")
            .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
            .filter { $0.fields?["event"] != nil }.compactMap(\.message)
    }

    private func journal(_ test: WorkplaceFixture) throws -> Journal {
        try Journal(
            folder: "\(test.folder.path)/journal",
            identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
    }

    @Test("a new run's log begins with what was begun, which is not said again to who has begun it")
    func begun() async throws {
        let test = try await WorkplaceFixture()
        let journal = try journal(test)
        let (events, run) = Decider.begin(id: ID("run-1"), settings: EngineFixture.settings, seed: 7, at: ManualClock.begin)
        _ = try journal.append(events.map { try EventRecord.encode($0, at: ManualClock.begin) })
        let said = Watched<[String]>([])
        let narrator = Narrator(resources: test.resources, journal: journal, run: run, told: 0) { line in
            said.change { $0.append(line.text) }
        }
        await narrator.drain()
        let lines = try logged(test)
        #expect(lines.count == 3 && lines.first?.contains("Run run-1 of shop, branch main") == true, "\(lines)")
        #expect(said.value.isEmpty)
    }

    @Test(
        "what was committed and not told before a kill is told by the next engine, and nothing of it a second time",
        arguments: [[], [3], [3, 8]] as [[Int64]])
    func untold(snapshots: [Int64]) async throws {
        let test = try await WorkplaceFixture()
        let journal = try journal(test)
        let task = try #require(test.run.tasks[WorkplaceFixture.task])
        let turn = try #require(test.run.turns[WorkplaceFixture.turn])
        var (events, run) = Decider.begin(id: ID("run-1"), settings: EngineFixture.settings, seed: 7, at: ManualClock.begin)
        // Told of are the first four.
        let known = events.count + 3
        events += [
            .taskAdded(task), .taskBriefed(task.id, worker: turn.agent, Pending(.work(task.id))), .turnStarted(turn),
            .turnEnded(turn.id, TurnOutcome(end: .silent)), .briefDone(turn.agent), .sessionReplaced(Run.director, reason: "it is long"),
            .finishing(.timeOver), .ended(.timeOver),
        ]
        var states: [Run] = []
        var lines: [[String]] = []
        for event in events {
            let before = run
            run.apply(event, at: ManualClock.begin)
            states.append(run)
            lines.append(EventLines.lines(for: event, before: before, after: run).map(\.text))
        }
        let records = try events.map { try EventRecord.encode($0, at: ManualClock.begin) }
        _ = try journal.append(Array(records.prefix(known)))
        let first = Narrator(resources: test.resources, journal: journal, run: states[known - 1], told: 0) { _ in }
        await first.drain()
        #expect(try logged(test) == Array(lines.prefix(known).joined()))
        #expect(test.resources.log.newestSequence == Int64(known))

        _ = try journal.append(Array(records.dropFirst(known)))
        for sequence in snapshots { try journal.writeSnapshot(sequence, try RunSnapshot(states[Int(sequence) - 1]).encoded()) }
        for _ in 0..<2 {
            let next = Narrator(resources: test.resources, journal: journal, run: run, told: test.resources.log.newestSequence) { _ in }
            await next.drain()
            #expect(try logged(test) == Array(lines.joined()))
        }
        #expect(test.resources.log.newestSequence == Int64(events.count))
    }
}

extension EngineFixture {
    /// Words that can be told from each other.
    fileprivate static func reasons(_ count: Int) -> [String] { (0..<count).map { "reason-\($0 + 10_000)." } }
}

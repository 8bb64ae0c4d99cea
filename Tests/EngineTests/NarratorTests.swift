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
}

extension EngineFixture {
    /// Words that can be told from each other.
    fileprivate static func reasons(_ count: Int) -> [String] { (0..<count).map { "reason-\($0 + 10_000)." } }
}

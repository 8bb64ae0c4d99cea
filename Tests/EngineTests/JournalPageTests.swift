import Foundation
import Journal
import Observability
import Orchestration
import Testing

@testable import Engine

@Suite("A look at the journal", .timeLimit(.minutes(1))) struct JournalPageTests {
    @Test("who looks when the engine has closed its journal is answered all the same, several at once")
    func closed() async throws {
        let temporary = try TemporaryFolder()
        let folder = RunFolder(workspace: Workspace(path: temporary.path), id: ID("run-1"))
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let journal = try Journal(
            folder: folder.path, identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
        let events = (0..<5).map { Event.sessionReplaced(Run.director, reason: "sesame-\($0)") }
        _ = try journal.append(events.map { try EventRecord.encode($0, at: ManualClock.begin) })
        let redactor = Redactor(secrets: [Observability.Secret(name: "key", value: "sesame-3")])
        let page = { @Sendable in try RunHost.journalPage(journal, in: folder, after: 2, limit: 2, redactor) }
        let open = try page()
        #expect(open.entries.map(\.sequence) == [3, 4] && open.last == 5)
        #expect(!"\(open.entries)".contains("sesame-3"))
        try journal.close()
        try await withThrowingTaskGroup(of: JournalPage.self) { group in
            for _ in 0..<8 { group.addTask { try page() } }
            for try await closed in group { #expect(closed == open) }
        }
    }
}

import Foundation
import Journal
import Orchestration
import Testing

@testable import Engine

@Suite("Reconciliation: runs that were never begun")
struct UnbegunRunsTests {
    private let folder: TemporaryFolder
    private let workspace: Workspace

    init() throws {
        folder = try TemporaryFolder()
        workspace = Workspace(path: folder.path + "/workspace")
        try workspace.prepare()
    }

    /// A run's folder, with a journal that holds these events, and a log folder.
    private func makeRun(_ name: String, _ more: [Event]?) throws {
        let run = workspace.folder(of: ID(name))
        try PrivateFiles.makeFolder(run.path)
        try PrivateFiles.makeFolder("\(folder.path)/logs/\(name)")
        guard let more else { return }
        let journal = try Journal(
            folder: run.path, identity: JournalIdentity(run: name, created: ManualClock.begin, version: "1.0.0"))
        let events = Decider.begin(id: ID(name), settings: EngineFixture.settings, seed: 7, at: ManualClock.begin).events + more
        _ = try journal.append(events.map { try EventRecord.encode($0, at: ManualClock.begin) })
        try journal.close()
    }

    private func reconcile() async throws -> [String] {
        try await UnbegunRuns(workspace: workspace, logDirectory: folder.path + "/logs").reconcile()
    }

    @Test("a folder without a journal and one whose run no engine has begun go, with their logs")
    func removed() async throws {
        try makeRun("a", nil)
        try makeRun("b", [])
        #expect(try await reconcile() == ["removed a, b, which had not begun"])
        #expect(try workspace.runs().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/logs").isEmpty)
        #expect(try await reconcile().isEmpty, "repeating it finds nothing")
    }

    @Test("the current run and every run that an engine has begun stay")
    func kept() async throws {
        try makeRun("begun", [.engineStarted(EngineFixture.settings)])
        try makeRun("current", [])
        try workspace.setCurrent(ID("current"))
        #expect(try await reconcile().isEmpty)
        #expect(try workspace.runs().map(\.id.name) == ["begun", "current"])
    }

    @Test("a journal that cannot be read is somebody's, and stays")
    func unreadable() async throws {
        try makeRun("broken", nil)
        try Data("not a database, and longer than one page of nothing".utf8).write(
            to: URL(filePath: "\(workspace.folder(of: ID("broken")).path)/\(Journal.fileName)"))
        #expect(try await reconcile().isEmpty)
        #expect(try workspace.runs().count == 1)
    }
}

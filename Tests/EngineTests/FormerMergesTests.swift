import Foundation
import Journal
import Orchestration
import Processes
import Testing

@testable import Engine

@Suite("What earlier merges have left in a workspace", .timeLimit(.minutes(1)))
struct FormerMergesTests {
    private let folder: TemporaryFolder
    private let workspace: Workspace

    init() throws {
        folder = try TemporaryFolder()
        workspace = Workspace(path: folder.path + "/work")
        try workspace.prepare()
    }

    /// A run's folder with a journal and a repository.
    ///
    /// - Parameter branches: `nil` for a run of agents.
    @discardableResult
    private func leave(_ id: String, branches: [BranchOffer]? = [], push: Bool = true, _ events: Event...) throws -> RunFolder {
        let run = workspace.folder(of: ID(id))
        try PrivateFiles.makeFolder(run.hub)
        var settings = EngineFixture.settings
        settings.branches = branches
        settings.push = push
        let journal = try Journal(folder: run.path, identity: JournalIdentity(run: id, created: ManualClock.begin, version: "test"))
        let all: [Event] = [.runStarted(run.id, settings, seed: 1)] + events
        _ = try journal.append(try all.map { try EventRecord.encode($0, at: ManualClock.begin) })
        try journal.close()
        return run
    }

    private func giveUp(isOwn: Bool = true) async throws -> [String] {
        try await FormerMerges(workspace: workspace, isOwn: isOwn).giveUp()
    }

    private func left() throws -> [String] { try workspace.runs().map(\.id.name) }

    @Test("a merge that was killed goes, and one that has ended, but for the result that origin was not to get")
    func removed() async throws {
        try leave("1-killed")
        try leave("2-ended", .ended(.merged))
        try leave("3-kept", push: false, .ended(.merged))
        try leave("4-killed-unpushed", push: false)
        #expect(try await giveUp(isOwn: false).isEmpty)
        #expect(try left() == ["3-kept"])
    }

    @Test("one whose journal had not been begun goes", arguments: [true, false])
    func unbegun(hasFile: Bool) async throws {
        let run = workspace.folder(of: ID("1"))
        try PrivateFiles.makeFolder(run.hub)
        if hasFile { try PrivateFiles.write([], to: "\(run.path)/\(Journal.fileName)") }
        #expect(try await giveUp().isEmpty)
        #expect(try left().isEmpty)
    }

    @Test("a workspace with a run of agents is refused, whatever has become of that, and all of it stays", arguments: [true, false])
    func agents(hasEnded: Bool) async throws {
        try leave("1-merge")
        if hasEnded { try leave("2-agents", branches: nil, .ended(.complete)) } else { try leave("2-agents", branches: nil) }
        let error = await #expect(throws: BranchMergeError.self) { _ = try await giveUp(isOwn: false) }
        #expect(error == .holdsAgents(workspace: workspace.path, run: "2-agents"))
        #expect(try left() == ["1-merge", "2-agents"])
    }

    @Test(
        "what cannot be read stays; in a workspace that somebody has named nothing is touched then, in one of merges alone it is only told")
    func unreadable() async throws {
        try leave("1-merge")
        let damaged = try leave("2-damaged")
        try PrivateFiles.write(Array("no database".utf8), to: "\(damaged.path)/\(Journal.fileName)")
        let error = await #expect(throws: BranchMergeError.self) { _ = try await giveUp(isOwn: false) }
        guard case .unreadable(damaged.path, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try left() == ["1-merge", "2-damaged"])
        let notices = try await giveUp()
        #expect(notices.count == 1 && notices[0].contains(damaged.path))
        #expect(try left() == ["2-damaged"])
    }
}

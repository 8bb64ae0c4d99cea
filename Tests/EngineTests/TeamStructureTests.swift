import Foundation
import Git
import Journal
import Observability
import Testing

@testable import Engine
@testable import Orchestration

/// What is published and what is shown of the company has no secret in it, whatever agents call their work.
@Suite("Secrets in TEAM_STRUCTURE.md", .timeLimit(.minutes(1)))
struct TeamStructureTests {
    private static let secret = "s3cr3t-value-of-the-configuration-42"

    private func workplace() async throws -> WorkplaceFixture {
        try await WorkplaceFixture(secrets: [Observability.Secret(name: "SERVICE_TOKEN", value: Self.secret)])
    }

    /// Another task comes, whose title is not fit to be read.
    private static let added = Event.taskAdded(
        TeamTask(
            id: ID("task-2"), team: ID("team-1"), title: "Use \(secret) there", description: "", acceptance: "", paths: ["."],
            dependsOn: [],
            createdAt: ManualClock.begin))

    private func run(_ test: WorkplaceFixture) -> Run {
        var run = test.run
        run.apply(Self.added, at: ManualClock.begin)
        return run
    }

    @Test("what is committed with a change has none")
    func committed() async throws {
        let test = try await workplace()
        var run = run(test)
        let hub = try await test.repositories.hub()
        let base = try #require(run.base)
        let tree = try await hub.replacingFiles(in: base.tree, ["more.txt": Array("more\n".utf8)])
        let head = try await hub.commitTree(tree, parents: [base.head], message: "More", author: RunResources.identity, date: 2)
        let candidate = Candidate(id: ID("merge-1"), target: .base, kind: .task(ID("task-2")), head: head, readyAt: ManualClock.begin)
        run.apply(.candidateQueued(candidate), at: ManualClock.begin)
        let state = run
        let result = try await MergeExecution(hub: hub, resources: test.resources).merge(
            candidate.id, state: { state }, observe: { _ in })
        guard case .clean(let commit, _, _) = result else {
            Issue.record("\(result)")
            return
        }
        let text = try #require(try await test.text(TeamStructure.fileName, at: commit))
        #expect(text.contains("| task-2 | Use <redacted:SERVICE_TOKEN> there |"), "\(text)")
        #expect(!text.contains(Self.secret))
    }

    @Test("the live copy in the run's folder has none")
    func live() async throws {
        let test = try await workplace()
        let journal = try Journal(
            folder: test.folder.path + "/journal", identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
        let narrator = Narrator(resources: test.resources, journal: journal, run: test.run) { _ in }
        _ = try journal.append([try EventRecord.encode(Self.added, at: ManualClock.begin)])
        narrator.committed([Self.added], before: test.run, after: run(test), at: ManualClock.begin)
        await narrator.drain()
        let text = try String(contentsOfFile: test.resources.folder.teamStructure, encoding: .utf8)
        #expect(text.contains("| task-2 | Use <redacted:SERVICE_TOKEN> there |"), "\(text)")
        #expect(!text.contains(Self.secret))
    }
}

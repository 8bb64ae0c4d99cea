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

    /// The state with another task, whose title is not fit to be read.
    private func run(_ test: WorkplaceFixture) -> (run: Run, task: TaskID) {
        var run = test.run
        let task: TaskID = ID("task-2")
        run.apply(
            .taskAdded(
                TeamTask(
                    id: task, team: ID("team-1"), title: "Use \(Self.secret) there", description: "", acceptance: "", paths: ["."],
                    dependsOn: [], createdAt: ManualClock.begin)), at: ManualClock.begin)
        return (run, task)
    }

    @Test("what is committed with a change has none")
    func committed() async throws {
        let test = try await workplace()
        var (run, task) = run(test)
        let hub = try await test.repositories.hub()
        let base = try #require(run.base)
        let tree = try await hub.replacingFiles(in: base.tree, ["more.txt": Array("more\n".utf8)])
        let head = try await hub.commitTree(tree, parents: [base.head], message: "More", author: RunResources.identity, date: 2)
        let candidate = Candidate(id: ID("merge-1"), target: .base, kind: .task(task), head: head, readyAt: ManualClock.begin)
        run.apply(.candidateQueued(candidate), at: ManualClock.begin)
        let state = run
        let result = try await MergeExecution(hub: hub, resources: test.resources).merge(
            candidate.id, state: { state }, observe: { _ in })
        guard case .clean(let commit, _, _) = result else {
            Issue.record("\(result)")
            return
        }
        let text = try #require(try await test.text(TeamStructure.fileName, at: commit))
        #expect(text.contains("| task-2 | Use [redacted:SERVICE_TOKEN] there |"), "\(text)")
        #expect(!text.contains(Self.secret))
    }

    @Test("the live copy in the run's folder has none")
    func live() async throws {
        let test = try await workplace()
        let (run, _) = run(test)
        let journal = try Journal(
            folder: test.folder.path + "/journal", identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
        let narrator = Narrator(resources: test.resources, journal: journal, run: test.run) { _ in }
        let events = [Event.sessionReplaced(Run.director, reason: "it is long")]
        _ = try journal.append(events.map { try EventRecord.encode($0, at: ManualClock.begin) })
        narrator.committed(events, before: run, after: run, at: ManualClock.begin)
        await narrator.drain()
        let text = try String(contentsOfFile: test.resources.folder.teamStructure, encoding: .utf8)
        #expect(text.contains("| task-2 | Use [redacted:SERVICE_TOKEN] there |"), "\(text)")
        #expect(!text.contains(Self.secret))
    }
}

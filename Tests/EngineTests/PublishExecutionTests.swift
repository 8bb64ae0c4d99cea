import Foundation
import Git
import Merging
import Orchestration
import Testing

@testable import Engine

@Suite("Publishing what is verified", .timeLimit(.minutes(1)))
struct PublishExecutionTests {
    @Test(
        "what an engine had pushed before it was killed has landed, also where somebody has pushed more on top of it since; on another line it has not"
    )
    func pushedBefore() async throws {
        let test = try await WorkplaceFixture()
        let hub = try await test.repositories.hub()
        let old = try #require(test.run.base?.head)
        let commit = try await Self.commit(hub, on: old, "work")
        let other = try await HubRepository.createOrOpen(
            at: test.folder.path + "/other.git", origin: test.resources.origin, git: test.resources.git)
        for isOnTop in [false, true] {
            if isOnTop { try #require(try await hub.push(commit, toBranch: "main", alsoNotes: true).branch == .pushed) }
            // Somebody else, from a repository of their own.
            let seen = try #require(try await other.fetchOrigin(branch: "main"))
            let outside = try await Self.commit(other, on: seen, "outside")
            try #require(try await other.push(outside, toBranch: "main", alsoNotes: false).branch == .pushed)
            let id: CandidateID = ID("candidate-1")
            var run = test.run
            let tree = try await hub.tree(of: commit)
            let candidate = Candidate(
                id: id, target: .base, kind: .task(WorkplaceFixture.task), head: commit, readyAt: ManualClock.begin)
            run.apply(.candidateQueued(candidate), at: ManualClock.begin)
            run.apply(.candidateEntered(id, .publishing(commit: commit, tree: tree, onto: old)), at: ManualClock.begin)
            let observed = Watched<[ObjectID]>([])
            let state = run
            let result = try await PublishExecution(hub: hub).publish(
                id, commit: commit, onto: old, state: { state }, observe: { facts in observed.change { $0.append(facts.head) } })
            #expect(result == (isOnTop ? .published : .moved))
            #expect(observed.value == [outside])
            // As it was, so that the work is pushed next.
            if !isOnTop { try await Self.forceMain(of: test, to: old) }
        }
    }

    private static func commit(_ hub: HubRepository, on parent: ObjectID, _ name: String) async throws -> ObjectID {
        let tree = try await hub.replacingFiles(in: parent, ["\(name).txt": Array(name.utf8)])
        return try await hub.commitTree(tree, parents: [parent], message: name, author: RunResources.identity, date: 1)
    }

    private static func forceMain(of test: WorkplaceFixture, to commit: ObjectID) async throws {
        let main = test.folder.path + "/origin.git/refs/heads/main"
        try Data("\(commit)\n".utf8).write(to: URL(filePath: main))
        try await test.repositories.hub().setRef("refs/heads/main", to: commit)
    }
}

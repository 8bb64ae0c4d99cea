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
        for isOnTop in [false, true] {
            let test = try await WorkplaceFixture()
            let hub = try await test.repositories.hub()
            let old = try #require(test.run.base?.head)
            let commit = try await Self.commit(hub, on: old, "work")
            if isOnTop { try #require(try await hub.push(commit, toBranch: "main", alsoNotes: true).branch == .pushed) }
            let outside = try await Self.pushFromOutside(test, "outside")
            let candidate = Candidate(
                id: Self.id, target: .base, kind: .task(WorkplaceFixture.task), head: commit, readyAt: ManualClock.begin)
            let (result, observed) = try await Self.publish(test, test.run, candidate, commit, onto: old)
            #expect(result == (isOnTop ? .published : .moved))
            #expect(observed == [outside])
        }
    }

    @Test("what somebody has withdrawn from origin is not pushed again: a run of agents, and a branch that holds it, need a person")
    func withdrawn() async throws {
        for isBranch in [false, true] {
            let test = try await WorkplaceFixture()
            let hub = try await test.repositories.hub()
            let start = try #require(test.run.base?.head)
            var run = test.run
            let withdrawn = try await Self.pushFromOutside(test, "secret")
            run.apply(.baseMoved(try await OriginWatch(hub: hub).look(run)), at: ManualClock.begin)
            let commit = try await Self.commit(hub, on: withdrawn, "work")
            if isBranch { run.settings.branches = [BranchOffer(name: "work", head: commit)] }
            let candidate = Candidate(
                id: Self.id, target: .base, kind: isBranch ? .branch("work") : .task(WorkplaceFixture.task), head: commit,
                readyAt: ManualClock.begin)
            try Self.setMain(of: test, to: start)
            let (result, observed) = try await Self.publish(test, run, candidate, commit, onto: withdrawn)
            guard case .refused(let reason) = result else {
                Issue.record("\(result)")
                continue
            }
            #expect(reason.contains("no longer contains \(withdrawn.short)"))
            #expect(observed.isEmpty)
            #expect(try Self.main(of: test) == start.hex)
            #expect(try await hub.resolve("refs/heads/main") == withdrawn)
        }
    }

    @Test("a branch that somebody brought, and that holds nothing of what was withdrawn, is merged anew onto what origin has")
    func takenBack() async throws {
        let test = try await WorkplaceFixture()
        let hub = try await test.repositories.hub()
        let start = try #require(test.run.base?.head)
        var run = test.run
        let withdrawn = try await Self.pushFromOutside(test, "secret")
        run.apply(.baseMoved(try await OriginWatch(hub: hub).look(run)), at: ManualClock.begin)
        let work = try await Self.commit(hub, on: start, "work")
        let commit = try await hub.commitTree(
            try await hub.tree(of: work), parents: [withdrawn, work], message: "Merge work", author: RunResources.identity, date: 1)
        run.settings.branches = [BranchOffer(name: "work", head: work)]
        let candidate = Candidate(id: Self.id, target: .base, kind: .branch("work"), head: work, readyAt: ManualClock.begin)
        try Self.setMain(of: test, to: start)
        let (result, observed) = try await Self.publish(test, run, candidate, commit, onto: withdrawn)
        #expect(result == .moved)
        #expect(observed == [start])
        #expect(try Self.main(of: test) == start.hex)
        #expect(try await hub.resolve("refs/heads/main") == start)
        #expect(try await hub.agreed(on: "main") == start)
    }

    @Test("a branch that somebody has deleted at origin is not made anew")
    func deleted() async throws {
        let test = try await WorkplaceFixture()
        let hub = try await test.repositories.hub()
        let start = try #require(test.run.base?.head)
        #expect(try await OriginWatch(hub: hub).look(test.run).head == start)
        let commit = try await Self.commit(hub, on: start, "work")
        let candidate = Candidate(id: Self.id, target: .base, kind: .task(WorkplaceFixture.task), head: commit, readyAt: ManualClock.begin)
        try FileManager.default.removeItem(atPath: Self.mainFile(of: test))
        let (result, _) = try await Self.publish(test, test.run, candidate, commit, onto: start)
        guard case .refused(let reason) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(reason.contains("origin has no main any more"))
        #expect(!FileManager.default.fileExists(atPath: Self.mainFile(of: test)))
        #expect(try await hub.resolve("refs/heads/main") == start)
    }

    private static let id: CandidateID = ID("candidate-1")

    /// Publishes a candidate that has been verified as `commit`.
    ///
    /// - Returns: the result, and the heads of the base that were told on the way.
    private static func publish(
        _ test: WorkplaceFixture, _ run: Run, _ candidate: Candidate, _ commit: ObjectID, onto old: ObjectID
    ) async throws -> (result: PublishResult, observed: [ObjectID]) {
        let hub = try await test.repositories.hub()
        var run = run
        run.apply(.candidateQueued(candidate), at: ManualClock.begin)
        let tree = try await hub.tree(of: commit)
        run.apply(.candidateEntered(candidate.id, .publishing(commit: commit, tree: tree, onto: old)), at: ManualClock.begin)
        let observed = Watched<[ObjectID]>([])
        let state = run
        let result = try await PublishExecution(hub: hub).publish(
            candidate.id, commit: commit, onto: old, state: { state }, observe: { facts in observed.change { $0.append(facts.head) } })
        return (result, observed.value)
    }

    /// Somebody else pushes to the base, from a repository of their own.
    private static func pushFromOutside(_ test: WorkplaceFixture, _ name: String) async throws -> ObjectID {
        let other = try await HubRepository.createOrOpen(
            at: test.folder.path + "/other.git", origin: test.resources.origin, git: test.resources.git)
        let seen = try #require(try await other.fetchOrigin(branch: "main"))
        let outside = try await Self.commit(other, on: seen, name)
        try #require(try await other.push(outside, toBranch: "main", alsoNotes: false).branch == .pushed)
        return outside
    }

    private static func commit(_ hub: HubRepository, on parent: ObjectID, _ name: String) async throws -> ObjectID {
        let tree = try await hub.replacingFiles(in: parent, ["\(name).txt": Array(name.utf8)])
        return try await hub.commitTree(tree, parents: [parent], message: name, author: RunResources.identity, date: 1)
    }

    private static func mainFile(of test: WorkplaceFixture) -> String { test.folder.path + "/origin.git/refs/heads/main" }

    private static func setMain(of test: WorkplaceFixture, to commit: ObjectID) throws {
        try Data("\(commit)\n".utf8).write(to: URL(filePath: mainFile(of: test)))
    }

    private static func main(of test: WorkplaceFixture) throws -> String {
        try String(contentsOfFile: mainFile(of: test), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

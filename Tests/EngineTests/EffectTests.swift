import Foundation
import Git
import Journal
import Orchestration
import Processes
import Testing

@testable import Engine

/// What single effects promise, carried out with real processes and real git.
@Suite("Effects", .timeLimit(.minutes(2)))
struct EffectTests {
    @Test("what an agent leaves uncommitted at the end of its turn is a commit of its branch, and in the run's repository")
    func uncommitted() async throws {
        let test = try await WorkplaceFixture(
            "echo one > committed.txt; git add -A; git commit -q -m Work || exit 1; echo two > left.txt; echo more >> readme.txt")
        let outcome = try await test.outcome()
        #expect(outcome.savedUncommitted && outcome.changed)
        let head = try #require(outcome.head)
        #expect(try await test.repositories.hub().resolve("refs/cco/work/\(WorkplaceFixture.task)") == head)
        #expect(try await test.text("committed.txt", at: head) == "one\n")
        #expect(try await test.text("left.txt", at: head) == "two\n")
        #expect(try await test.text("readme.txt", at: head) == "one\nmore\n")
    }

    @Test("a credential that was benched or refused after its turn was decided is not used: no process begins, and the turn goes back")
    func benchedMeanwhile() async throws {
        let later = ManualClock.begin.advanced(byMilliseconds: 60_000)
        for event in [Event.credentialBenched(ID("key-1"), until: later, reason: "429"), .credentialRejected(ID("key-1"), reason: "401")] {
            let test = try await WorkplaceFixture("touch begun")
            var changed = test.run
            changed.apply(event, at: ManualClock.begin)
            let run = changed
            let outcome = try await TurnExecution(resources: test.resources, repositories: test.repositories)
                .run(WorkplaceFixture.turn, state: { run }, report: { _ in })
            #expect(outcome.end == .stopped(.suspended))
            #expect(try await test.resources.launcher.takeUp(directory: test.resources.folder.turn(WorkplaceFixture.turn)) == nil)
        }
    }

    @Test("an agent that writes without end is stopped at maxOutputMb, and the turn says so")
    func outputLimit() async throws {
        let test = try await WorkplaceFixture(
            "yes \"$(head -c 100000 /dev/zero | tr '\\0' x)\" | head -c 8000000; sleep 1000", maximumOutput: 1 << 20)
        #expect(try await test.outcome().end == .failed("it wrote more than 1 MB of output (maxOutputMb) and was stopped"))
        #expect(try ProcessSweep.find(marker: test.resources.folder.marker).isEmpty)
    }

    @Test("what a turn without an account has spent is read from the conversation that its program has stored, and nothing else")
    func conversation() async throws {
        let script = """
            mkdir -p "$HOME/.claude/conversations/here" && cd "$HOME/.claude/conversations" || exit 1
            printf '%s\\n' 20 22 > here/s-1; printf 7 >> here/s-1; echo 900 > here/s-2; mkdir elsewhere; ln -s /proc/self/stat elsewhere/s-1
            """
        #expect(try await WorkplaceFixture(script).outcome().account.usage.output == 42)
        let unreadable = try await WorkplaceFixture("mkdir -p $HOME/.claude/conversations/a && mkfifo $HOME/.claude/conversations/a/s-1")
        #expect(try await unreadable.outcome().account.usage.output == 0)
    }

    @Test("a hundred thousand lines, written as fast as they can be, are all taken in, and the memory does not grow with them")
    func manyLines() async throws {
        await #expect(processExitsWith: .success) {
            let test = try await WorkplaceFixture("yes '\(String(repeating: "x", count: 499))' | head -n 100000")
            let journal = try Journal(
                folder: test.folder.path + "/journal",
                identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
            func peakMemory() throws -> Int {
                let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
                let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
                return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) << 10
            }
            let before = try peakMemory()
            #expect(try await test.outcome(journal).account.modelTurns == 100_000)
            #expect(try peakMemory() - before < 32 << 20)
            #expect(try journal.position(of: WorkplaceFixture.turn.name) != nil)
        }
    }

    @Test("the gate runs on the commit that it is asked about, not on the base or on what the last gate left")
    func gateTree() async throws {
        let test = try await WorkplaceFixture()
        let hub = try await test.repositories.hub()
        let base = try #require(test.run.base?.head)
        let tree = try await hub.replacingFiles(in: base, ["new.txt": Array("new\n".utf8), "readme.txt": nil])
        let commit = try await hub.commitTree(tree, parents: [base], message: "Work", author: RunResources.identity, date: 2)
        let gate = GateExecution(repositories: test.repositories, resources: test.resources)
        for (effect, asked, isGreen) in [("effect-1", commit, true), ("effect-2", base, false), ("effect-3", commit, true)] {
            let order = GateOrder(
                effect: ID(effect), commit: asked, command: "test -e new.txt && test ! -e readme.txt", seat: "gate",
                kind: .full(isRerun: false), timeLimitMinutes: 10)
            let verdict = try await gate.verdict(order, run: test.run)
            let wasGreen = if case .green = verdict { true } else { false }
            #expect(wasGreen == isGreen, "\(effect)")
        }
    }

    @Test("when a run ends, work that was not integrated has a ref of its own, and so has what an agent had not handed in")
    func kept() async throws {
        let test = try await WorkplaceFixture("echo one > work.txt; git add -A; git commit -q -m Work; git branch aside; exit 0")
        let head = try #require(try await test.outcome().head)
        var run = test.run
        run.apply(.turnEnded(WorkplaceFixture.turn, TurnOutcome(end: .silent, sessionExists: true, head: head)), at: ManualClock.begin)
        run.apply(.taskSettled(WorkplaceFixture.task, .failed("out of time")), at: ManualClock.begin)
        run.apply(.finishing(.timeOver), at: ManualClock.begin)
        // Nobody hands this in any more: it is only in the agent's worktree.
        let seat = test.resources.folder.seat("worker-1")
        try Data("two\n".utf8).write(to: URL(filePath: seat.tree + "/late.txt"))

        try await Conclusion(resources: test.resources, repositories: test.repositories).conclude(run)
        #expect(!FileManager.default.fileExists(atPath: seat.tree))
        let hub = try await test.repositories.hub()
        try await hub.deleteRef("refs/cco/work/\(WorkplaceFixture.task)")
        let kept = try await hub.listRefs("refs/cco/kept/")
        #expect(kept.contains { $0.name == "refs/cco/kept/run-1/task-1" && $0.id == head }, "kept: \(kept.map(\.name))")
        var late: [String?] = []
        for ref in kept { late.append(try await test.text("late.txt", at: ref.id)) }
        #expect(late.contains("two\n"), "kept: \(kept.map(\.name))")
    }

    @Test("when a run ends, a team's branch is kept for what the base does not have, not for what it took of the base")
    func keptBranches() async throws {
        let test = try await WorkplaceFixture()
        let hub = try await test.repositories.hub()
        let base = try #require(test.run.base)
        func commit(_ files: [String: [UInt8]?], _ parents: [ObjectID]) async throws -> ObjectID {
            let tree = try await hub.replacingFiles(in: parents[0], files)
            return try await hub.commitTree(tree, parents: parents, message: "Work", author: RunResources.identity, date: 2)
        }
        let work = try await commit(["new.txt": Array("new\n".utf8)], [base.head])
        let next = try await commit(["new.txt": Array("new\n".utf8)], [base.head, work])
        let synced = try await commit(["new.txt": Array("new\n".utf8)], [work, next])
        let unmerged = try await commit(["more.txt": Array("more\n".utf8)], [synced])
        var run = test.run
        run.settings.workerCount = 8
        run.settings.engineerManagerGroupSize = 2
        run.apply(.baseMoved(BaseFacts(head: next, tree: try await hub.tree(of: next), direction: nil)), at: ManualClock.begin)
        for (number, head) in [synced, unmerged].enumerated() {
            let id: TeamID = ID("team-\(number + 1)")
            var team = Team(id: id, lead: ID("em-\(number + 1)"), members: [])
            team.head = head
            run.teams[id] = team
        }
        run.apply(.finishing(.complete), at: ManualClock.begin)
        try await Conclusion(resources: test.resources, repositories: test.repositories).conclude(run)
        let kept = try await hub.listRefs("refs/cco/kept/")
        #expect(kept.map(\.name) == ["refs/cco/kept/run-1/team-2"] && kept.first?.id == unmerged)
    }
}

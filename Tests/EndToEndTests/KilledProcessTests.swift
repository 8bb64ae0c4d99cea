import Foundation
import Glibc
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// SIGKILL for everything that works for cco, at moments that are named; cco's own are in `CrashPointTests`. Each run has to end like one that
/// nobody disturbed, and its books have to agree with the model's.
@Suite("Killed shims, agents, gates and git", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct KilledProcessTests {
    private static let undisturbed = UndisturbedRun.oneByOne

    @Test(
        "killed while the model is asked, its turn is taken again and nothing that was answered before is missing in the books",
        arguments: Victim.allCases)
    func whileAsked(_ victim: Victim) async throws {
        // The second request: one has been answered, and a tool has run.
        let strike = Strike(CompanyScript(Self.undisturbed.plan)) { $0.isWorkers && $0.assistantTurnsSinceLastUserPrompt == 1 }
        try await CompanyFixture.with(Self.undisturbed.plan, script: strike, options: Self.undisturbed.options) { fixture in
            let stored = Mutex(0)
            strike.does {
                let agents = try fixture.processes(of: fixture.cli)
                try await fixture.kill(victim)
                for agent in agents { try await agent.identity.untilEnded() }
                stored.withLock { $0 = fixture.storedAnswers(of: agents.map(\.directory)) }
            }
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectEnd(of: Self.undisturbed, .init(lostTurns: 1))
            // Only the answer that was under way can be missing, and one that the CLI had not yet written down: it does that a moment later.
            let written = stored.withLock { $0 }
            #expect(try await LedgerAudit(of: fixture).unknowable <= 2 - written)
            let lost = try fixture.endedTurns().filter { $0.outcome.account.modelTurns == 0 }
            #expect(
                lost.count == 1 && lost.allSatisfy { $0.outcome.account.usage.output > written },
                "of \(written) answers that were written down not all are in the books: \(lost)")
        }
    }

    @Test("killed in the midst of a tool, an agent is resumed, and what it had been answered is in the books")
    func inTool() async throws {
        try await CompanyFixture.with(Self.undisturbed.slow(seconds: 3), options: Self.undisturbed.options) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 3", run)
            try await fixture.kill(.agent)
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            // The answer that called the tool had been read; that it was stored as well, nobody can be sure of. Without it there is no session to
            // resume yet, which a second turn finds out.
            try await fixture.expectEnd(of: Self.undisturbed, .init(lostTurns: 2))
            #expect(try await LedgerAudit(of: fixture).unknowable <= 1)
        }
    }

    @Test("a shim that is killed after its agent's result and before its record of the end costs nothing: the agent's report counts")
    func beforeRecord() async throws {
        let strike = Strike(CompanyScript(Self.undisturbed.plan)) { $0.isWorkers }
        let shims = Mutex<[ProcessIdentity]>([])
        let agents = Mutex<[ProcessIdentity]>([])
        try await CompanyFixture.with(Self.undisturbed.plan, script: strike, options: Self.undisturbed.options) { fixture in
            let (stopped, isStopped) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingOldest(1))
            strike.does {
                shims.withLock { $0 = (try? fixture.processes(of: BuiltProducts.folder + "/cco-shim").map(\.identity)) ?? [] }
                let found = try fixture.processes(of: fixture.cli).map(\.identity).filter { try fixture.turn(of: $0) != nil }
                agents.withLock { $0 = found }
                for shim in shims.withLock({ $0 }) { try shim.signal(SIGSTOP) }
                isStopped.yield()
            }
            let run = try await fixture.begin(["start"])
            for await _ in stopped { break }
            #expect(shims.withLock { $0.count } == 1 && agents.withLock { $0.count } == 1, "not one agent under one shim")
            for agent in agents.withLock({ $0 }) { try await fixture.untilResult(of: agent) }
            for shim in shims.withLock({ $0 }) { try shim.signal(SIGKILL) }
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectEnd(of: Self.undisturbed)
        }
    }

    @Test("a gate that is killed is a flake, and one that dies with its shim is asked again: nobody is blamed", arguments: ["$$", "$PPID"])
    func gate(_ victim: String) async throws {
        var struck = Self.undisturbed.plan
        // Once, and not when the branch is judged as it was found.
        let strike = "if test -e src/task1.txt && mkdir \"$HOME/struck\" 2>&1; then kill -KILL \(victim); fi"
        struck.verifyCommand = "\(strike); \(struck.verifyCommand ?? "true")"
        let plan = struck
        try await CompanyFixture.with(plan, options: Self.undisturbed.options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(FileManager.default.fileExists(atPath: fixture.home + "/struck"), "no gate was killed")
            // The gate's command is longer, and so are the prompts that name it.
            try await fixture.expectEnd(of: Self.undisturbed, .init(sideBySide: true, redGates: true))
        }
    }

    @Test("git that is killed in a transfer, a fetch, a merge, a move of a ref and a push leaves nothing undone, and nothing behind")
    func git() async throws {
        // Once the run has begun: a `cco start` that cannot look at the repository begins none, and says why.
        let strike = Strike(CompanyScript(Self.undisturbed.plan)) { $0.isWorkers }
        try await CompanyFixture.with(Self.undisturbed.plan, script: strike, options: Self.undisturbed.options) { fixture in
            let git = try DyingGit(in: fixture.root)
            strike.does { for moment in DyingGit.moments { try git.arm(moment) } }
            let result = try await fixture.cco(["start"], environment: ["PATH": git.searchPath])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let kills = try git.kills()
            #expect(kills.sorted() == DyingGit.moments.map(\.command).sorted())
            try await fixture.expectEnd(of: Self.undisturbed)
        }
    }
}

/// Who is killed.
enum Victim: CaseIterable, Sendable {
    case agent, shim
}

extension CompanyFixture {
    /// Kills the only one of its kind that is at work.
    fileprivate func kill(_ victim: Victim) async throws {
        let found = try processes(of: victim == .agent ? cli : BuiltProducts.folder + "/cco-shim")
        #expect(found.count == 1, "\(found.count) processes are at work")
        for process in found {
            try process.identity.signal(SIGKILL)
            try await process.identity.untilEnded()
        }
    }

    /// How many answers the CLI has written down, as a whole, for agents that worked in these folders.
    fileprivate func storedAnswers(of directories: [String]) -> Int {
        let files = FileManager.default.enumerator(atPath: config)?.compactMap { $0 as? String }.filter { $0.hasSuffix(".jsonl") } ?? []
        let lines = files.compactMap { FileManager.default.contents(atPath: "\(config)/\($0)") }.flatMap {
            $0.split(separator: UInt8(ascii: "\n"))
        }
        let answers = lines.compactMap { try? JSONDecoder().decode(StoredAnswer.self, from: $0) }
        return Set(
            answers.filter { $0.type == "assistant" && directories.contains($0.cwd) && $0.message.usage.output_tokens > 1 }.map(
                \.message.id)
        ).count
    }

    /// A line of a conversation as the CLI stores it.
    private struct StoredAnswer: Decodable {
        struct Message: Decodable {
            struct Usage: Decodable { var output_tokens: Int }
            var id: String
            var usage: Usage
        }
        var type: String
        var cwd: String
        var message: Message
    }
}

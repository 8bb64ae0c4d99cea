import Foundation
import JSON
import Orchestration
import Processes
import Synchronization
import Testing

@testable import Engine
@testable import TestSupport

/// What `make soak` asks for; nothing in other test runs.
private enum Soak {
    static let kills = Int(ProcessInfo.processInfo.environment["CCO_TEST_SOAK"] ?? "") ?? 0
    static let seed = UInt64(ProcessInfo.processInfo.environment["CCO_TEST_SEED"] ?? "") ?? 1
    /// One run alone, by the seed that the soak has printed for it.
    static let runSeed = UInt64(ProcessInfo.processInfo.environment["CCO_TEST_RUN_SEED"] ?? "")
    /// Kills that one run has to survive at most: with more of them a lead gives up, as it should.
    static let killsOfRun = 15

    static func say(_ text: String) {
        print("soak: \(text)")
        fflush(nil)
    }
}

/// Kills by the hundred; `make soak` sets how many (`CCO_TEST_SOAK`) and from which seed (`CCO_TEST_SEED`).
@Suite("Soak", .serialized, .enabled(if: RealCLI.isSetUp && Soak.kills > 0, "make soak"))
struct SoakTests {
    /// What is compared with; the killed runs' gates say more, see `DyingGate`.
    private static let undisturbed = UndisturbedRun.soaked

    @Test("runs whose engines, shims, agents, gates and git are killed again and again end like one that nobody disturbed")
    func soak() async throws {
        if let seed = Soak.runSeed {
            Soak.say("run with seed \(seed): \(try await disturbedRun(seed: seed, atMost: Soak.kills)) kills")
            return
        }
        var random = SplitMix(state: Soak.seed)
        var (kills, runs) = (0, 0)
        let clock = ContinuousClock()
        let start = clock.now
        while kills < Soak.kills {
            let seed = random.next()
            kills += try await disturbedRun(seed: seed, atMost: min(Soak.killsOfRun, Soak.kills - kills))
            runs += 1
            Soak.say("\(kills) of \(Soak.kills) kills in \(runs) runs, \(start.duration(to: clock.now))")
        }
    }

    /// - Returns: how many kills the run has survived.
    private func disturbedRun(seed: UInt64, atMost limit: Int) async throws -> Int {
        let survived = Mutex(0)
        var doomed = Self.undisturbed.plan
        doomed.verifyCommand = "\(DyingGate.command); \(doomed.verifyCommand ?? "true")"
        let plan = doomed
        let script = KillingScript(CompanyScript(plan))
        try await CompanyFixture.with(plan, script: script, options: ["maxTaskAttempts": 20]) { fixture in
            var killing = Killing(fixture: fixture, script: script, git: try DyingGit(in: fixture.root), random: SplitMix(state: seed))
            while killing.count < limit {
                if try await killing.work() { break }
                survived.withLock { $0 = killing.count }
            }
            survived.withLock { $0 = killing.count }
            try killing.disarm()
            // Whatever the kills have left: the run goes on to its end, or has ended already and says so.
            let last = try await fixture.cco([try fixture.nextCommand()])
            #expect(last.exit == .exited(0) || last.exit == Killing.nothingToResume, "seed \(seed): \(last.outputText)\(last.errorText)")
            let saved = try fixture.endedTurns().contains { $0.outcome.savedUncommitted }
            // A lost turn may leave a session that was not stored yet, which one more turn finds out.
            let leeway = RunOutcome.Leeway(
                order: true, lostTurns: 2 * killing.count + (saved ? 2 : 0), sideBySide: true, redGates: true, attempts: true,
                savedWork: saved)
            try await fixture.expectEnd(of: Self.undisturbed, leeway)
            let audit = try await LedgerAudit(of: fixture, disturbedBy: .kill)
            Soak.say(
                "run with seed \(seed): \(killing.count) kills; of \(audit.answers) answers \(audit.unknowable) can be missing in the books"
            )
        }
        return survived.withLock { $0 }
    }
}

/// One run that is killed, as its seed says.
private struct Killing {
    let fixture: CompanyFixture
    let script: KillingScript
    let git: DyingGit
    var random: SplitMix
    /// Kills so far.
    var count = 0
    /// Commands of git and gates that were killed in this run: one that fails again and again is given up, as it should be.
    var fetches = 0
    var gates = 0

    /// The run had ended just before it was to be gone on with.
    static let nothingToResume: ProcessExit? = .exited(64)

    /// Has one cco work until it is killed or done, while others are killed around it. - Returns: whether the run has ended.
    mutating func work() async throws -> Bool {
        let plan = nextPlan()
        Soak.say("after \(count) kills: \(plan)")
        let fixture = fixture
        script.arm(plan.atRequest) { try await fixture.kill($0, asking: $1) }
        let command = try fixture.nextCommand()
        // A first start that cannot look at the repository begins no run, as it should.
        if let moment = plan.git, command != "start" { try git.arm(moment) }
        let gate = DyingGate(home: fixture.home)
        if let victim = plan.gate { try gate.arm(victim) }
        let before = (git: try git.kills().count, gate: try gate.kills().count)
        var variables = ["PATH": git.searchPath]
        if let engine = plan.engine { variables["CCO_CRASH_POINT"] = "\(engine.point.rawValue):\(engine.time)" }
        let result = try await fixture.cco([command], environment: variables)
        let others = Array(try git.kills().dropFirst(before.git)) + Array(try gate.kills().dropFirst(before.gate))
        let wasKilled = result.exit == .signaled(9)
        count += script.kills.count + others.count + (wasKilled ? 1 : 0)
        Soak.say("  killed: \((script.kills + others + (wasKilled ? ["cco"] : [])).joined(separator: ", "))")
        if wasKilled { return false }
        #expect(result.exit == .exited(0) || result.exit == Self.nothingToResume, "\(plan): \(result.outputText)\(result.errorText)")
        return true
    }

    /// Nobody is killed any more.
    func disarm() throws {
        script.arm([:]) { _, _ in false }
        for moment in DyingGit.moments { try git.disarm(moment) }
        try DyingGate(home: fixture.home).disarm()
    }

    private mutating func nextPlan() -> KillPlan {
        var plan = KillPlan()
        let points = CrashPoint.allCases.filter { !CrashPointTests.elsewhere.contains($0) }
        // Early ones: a run goes on from where the last kill has left it, and passes each point only a few times more.
        plan.engine = (points[random.below(points.count)], 1 + random.below(4))
        for _ in 0..<random.below(3) { plan.atRequest[random.below(6)] = random.below(2) == 0 ? .agent : .shim }
        if random.below(3) == 0 {
            let moment = DyingGit.moments[random.below(DyingGit.moments.count)]
            if moment.command != "fetch" || fetches == 0 { plan.git = moment }
            if moment.command == "fetch" { fetches += 1 }
        }
        if random.below(4) == 0, gates < 2 {
            plan.gate = gates == 0 ? .gate : .shim
            gates += 1
        }
        return plan
    }
}

extension CompanyFixture {
    /// What takes the run up: `start` until there is one, then `resume`, which never begins another.
    func nextCommand() throws -> String {
        try Workspace(path: config + "/workspace").currentRun() == nil ? "start" : "resume"
    }
}

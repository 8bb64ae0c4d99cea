import Foundation
import Processes
import Testing

@testable import Engine
@testable import TestSupport

/// What `make soak` asks for; nothing in other test runs.
private enum Soak {
    static let kills = Int(ProcessInfo.processInfo.environment["CCO_TEST_SOAK"] ?? "") ?? 0
    static let seed = UInt64(ProcessInfo.processInfo.environment["CCO_TEST_SEED"] ?? "") ?? 1
}

/// Kills by the hundred; `make soak` sets how many (`CCO_TEST_SOAK`) and from which seed (`CCO_TEST_SEED`).
@Suite("Soak", .serialized, .enabled(if: RealCLI.isSetUp && Soak.kills > 0, "make soak"))
struct SoakTests {
    private static let plan = CompanyPlan.synthetic(tasks: 3, rates: .init(reworksEvery: 2))

    @Test("runs whose engines, shims, agents, gates and git are killed again and again end with the same work")
    func soak() async throws {
        var random = SplitMix(state: Soak.seed)
        var kills = 0
        var runs = 0
        while kills < Soak.kills {
            let seed = random.next()
            let done = try await disturbedRun(seed: seed, atMost: min(12, Soak.kills - kills))
            kills += done
            runs += 1
            print("soak: run \(runs) with seed \(seed) took \(done) kills; \(kills) of \(Soak.kills)")
            fflush(nil)
        }
    }

    /// - Returns: how many kills the run has survived.
    private func disturbedRun(seed: UInt64, atMost limit: Int) async throws -> Int {
        let survived = Survived()
        try await CompanyFixture.with(Self.plan, options: ["maxTaskAttempts": 20]) { fixture in
            var random = SplitMix(state: seed)
            var left = limit
            while left > 0 {
                let ended = random.next() % 2 == 0 ? try await killProcess(fixture, &random) : try await killEngine(fixture, &random)
                if ended { break }
                left -= 1
                await survived.add()
            }
            // Whatever the kills have left: the run goes on to its end, or has ended already and says so.
            let last = try await fixture.cco([fixture.nextCommand()])
            #expect(last.exit == .exited(0) || last.exit == Self.nothingToResume, "seed \(seed): \(last.outputText)\(last.errorText)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try await fixture.expectNothingLeft()
            #expect(try await fixture.files().isSuperset(of: ["src/task1.txt", "src/task2.txt", "src/task3.txt"]), "seed \(seed)")
            let subjects = try await fixture.subjects().filter { $0.hasPrefix("Write file") }
            #expect(subjects.sorted() == ["Write file 1", "Write file 2", "Write file 3"], "seed \(seed): \(subjects)")
            let audit = try await fixture.cco(["doctor", "--journal"])
            #expect(audit.exit == .exited(0), "seed \(seed): \(audit.outputText)")
        }
        return await survived.count
    }

    /// Has cco die at a crash point. - Returns: whether the run ended before it came to that.
    private func killEngine(_ fixture: CompanyFixture, _ random: inout SplitMix) async throws -> Bool {
        let points = CrashPoint.allCases
        let point = points[Int(random.next() % UInt64(points.count))]
        // Early ones: a run goes on from where the last kill has left it, and passes each point only a few times more.
        let time = 1 + random.next() % 3
        let result = try await fixture.cco([fixture.nextCommand()], environment: ["CCO_CRASH_POINT": "\(point.rawValue):\(time)"])
        if result.exit == .signaled(9) { return false }
        #expect(
            result.exit == .exited(0) || result.exit == Self.nothingToResume,
            "\(point.rawValue):\(time): \(result.outputText)\(result.errorText)")
        return true
    }

    /// Kills one process of the run, whatever it is, at some line of cco's output; then cco itself. - Returns: whether the run ended before.
    private func killProcess(_ fixture: CompanyFixture, _ random: inout SplitMix) async throws -> Bool {
        let run = try await fixture.begin([fixture.nextCommand()])
        var lines = 2 + Int(random.next() % 25)
        for try await _ in run.process.lines() {
            lines -= 1
            if lines <= 0 { break }
        }
        if lines > 0 {
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0) || ended.exit == Self.nothingToResume, "\(ended.output)")
            return true
        }
        let victims = try fixture.markers().flatMap { try ProcessSweep.find(marker: $0) }
        if !victims.isEmpty { try victims[Int(random.next() % UInt64(victims.count))].signal(SIGKILL) }
        try await run.kill()
        return false
    }

    /// The run had ended just before it was killed.
    private static let nothingToResume: ProcessExit? = .exited(64)

    private actor Survived {
        var count = 0
        func add() { count += 1 }
    }
}

extension CompanyFixture {
    /// What takes the run up: `start` until there is one, then `resume`, which never begins another.
    func nextCommand() throws -> String {
        try Workspace(path: config + "/workspace").currentRun() == nil ? "start" : "resume"
    }
}

/// A small generator with a seed (splitmix64), so that a soak can be repeated.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

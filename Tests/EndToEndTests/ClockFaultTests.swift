import Foundation
import Glibc
import JSON
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite(
    "A wall clock that jumps", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"),
    .enabled(if: FakeClock.isAvailable, "needs libfaketime"))
struct ClockFaultTests {
    private static let plan = UndisturbedRun.slow(seconds: 4)

    @Test("an hour ahead and back again within a run ends nothing early and does nothing twice")
    func jumps() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let clock = try FakeClock(in: fixture.root)
            defer { FakeClock.tidyUp() }
            let run = try await fixture.begin(["start"], through: clock.prefix)
            try await fixture.untilTool("sleep 4", run)
            try clock.set(ahead: 3_600)
            try await run.expectSays("is on main as")
            try clock.set(ahead: -3_600)
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectUndisturbed()
        }
    }

    @Test(
        "a run that waits for a reset an hour ahead asks nothing, goes on when the clock is set past it, and with the same session",
        .enabled(if: KernelClock.isAvailable, "needs clang"), .timeLimit(.minutes(3)))
    func rest() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let (company, witness) = (CompanyScript(plan), Witness())
        let isOpen = Mutex(false)
        let script = witness.watching(
            ClosureScript { request in
                let isStruck = request.isWorkers && request.assistantTurnsSinceLastUserPrompt > 0
                guard isStruck, !isOpen.withLock({ $0 }) else { return await company.reply(to: request) }
                let resetsAt = Int(Date().timeIntervalSince1970) + 3_600
                return .fault(
                    .usageLimitReached(
                        SubscriptionLimits(
                            fiveHour: .init(.rejected, utilization: 1, resetsAt: resetsAt),
                            sevenDay: .init(.allowed, utilization: 0.1, resetsAt: resetsAt + 86_400))))
            })
        try await CompanyFixture.with(plan, script: script, options: ["authMode": "oauth", "workerCount": 1]) { fixture in
            try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
            let clock = try await KernelClock(in: fixture)
            let run = try await fixture.begin(
                ["start"], through: clock.prefix,
                environment: [
                    "CLAUDE_CODE_OAUTH_TOKEN": "sk-ant-oat01-test-login-000000000", "ANTHROPIC_BASE_URL": fixture.api.baseURL,
                ])
            try await run.expectSays("its credential is used up")
            isOpen.withLock { $0 = true }
            try clock.set(ahead: 7_200)
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            let refused = witness.sights.filter(\.isRefused)
            #expect(refused.count == 1, "it was asked while it rested: \(refused)")
            try witness.expectGoesOn(after: try #require(refused.first))
            #expect(Set(witness.sights.map(\.conversation)).count == 4, "a session was given up")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let times = try fixture.journalTimes()
            #expect(times == times.sorted(), "time went back in the journal")
            // The hour of the rest and no more: what the clock was set beyond it is nothing that has passed.
            let span = try #require(times.last).milliseconds(since: try #require(times.first))
            #expect((3_500_000..<5_400_000).contains(span), "\(span)")
            let status = try JSONDecoder().decode(RunStatus.self, from: Data(try await fixture.cco(["status", "--json"]).outputText.utf8))
            #expect(status.time.workedMilliseconds < 1_800_000, "the rest counts as work: \(status.time)")
        }
    }

    @Test("a clock that is set beyond a reset while nobody watches costs one more request, and no hot loop")
    func reset() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let company = CompanyScript(plan)
        let login = "sk-ant-oat01-test-login-000000000"
        let resetsAt = Int(Date().timeIntervalSince1970) + 3600
        let full = SubscriptionLimits(
            fiveHour: .init(.rejected, utilization: 1, resetsAt: resetsAt), sevenDay: .init(.allowed, utilization: 0.1, resetsAt: resetsAt))
        let refusals = Mutex(0)
        let script = ClosureScript { request in
            let isRefused = refusals.withLock { count in
                guard request.isWorkers, count < 2 else { return false }
                count += 1
                return true
            }
            return isRefused ? .fault(.usageLimitReached(full)) : await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script, options: ["authMode": "oauth", "workerCount": 1]) { fixture in
            try FileManager.default.removeItem(atPath: fixture.config + "/api-keys.json")
            let environment = ["CLAUDE_CODE_OAUTH_TOKEN": login, "ANTHROPIC_BASE_URL": fixture.api.baseURL]
            let run = try await fixture.begin(["start"], environment: environment)
            try await run.expectSays("its credential is used up")
            try await run.kill()
            let clock = try FakeClock(in: fixture.root)
            defer { FakeClock.tidyUp() }
            try clock.set(ahead: 7200)
            // The provider says the same reset again, which by this clock is over: the next try is after a pause, and that one is let in.
            let again = try await fixture.cco(["start"], through: clock.prefix, environment: environment)
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            #expect(refusals.withLock { $0 } == 2)
            let conversations = Set(await fixture.api.requests.map(\.conversation))
            #expect(conversations.count == 4, "a session was given up")
        }
    }

    @Test(
        "a run that is killed and taken up with the clock half an hour ahead or back goes on with the turns that are under way",
        arguments: [1_800, -1_800])
    func restart(ahead: Int) async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 4", run)
            try await run.kill()
            let clock = try FakeClock(in: fixture.root)
            defer { FakeClock.tidyUp() }
            try clock.set(ahead: ahead)
            let again = try await fixture.cco(["start"], through: clock.prefix)
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectUndisturbed()
        }
    }
}

/// The wall clock of one program, which a test can set while it runs. The monotonic clocks are left alone, as when a person sets the time.
struct FakeClock: Sendable {
    private static let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
    static let isAvailable = FileManager.default.fileExists(atPath: library)

    private let file: String

    /// A clock that goes right at first.
    init(in folder: String) throws {
        file = folder + "/clock"
        try set(ahead: 0)
    }

    /// Comes into force at once, also in programs that run.
    func set(ahead seconds: Int) throws {
        try Data("\(seconds >= 0 ? "+" : "")\(seconds)\n".utf8).write(to: URL(filePath: file), options: .atomic)
    }

    /// Removes what the library has left of programs that have ended: it forgets its shared memory when a program executes another.
    static func tidyUp() {
        let folder = "/dev/shm"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.contains("faketime_s") {
            let pid = name.reversed().prefix { $0.isNumber }.reversed()
            if !FileManager.default.fileExists(atPath: "/proc/\(String(pid))") { unlink("\(folder)/\(name)") }
        }
    }

    /// Words before a command that has this clock.
    var prefix: [String] {
        [
            "/usr/bin/env", "LD_PRELOAD=\(Self.library)", "FAKETIME_TIMESTAMP_FILE=\(file)", "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            // A program that the library loads into first gets its variables, and moves them. Swift finds a program's arguments beside the
            // variables, and would find none.
            "/usr/bin/env",
        ]
    }
}

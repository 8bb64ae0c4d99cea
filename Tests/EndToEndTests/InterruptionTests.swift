import Foundation
import Glibc
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Interrupted runs", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct InterruptionTests {
    /// Two tasks of which the first spends a while in a shell command, so that it can be interrupted there.
    private static let plan: CompanyPlan = {
        var plan = CompanyPlan.synthetic(tasks: 2)
        plan.goals[0].tasks[0].mistakes = [.slow(seconds: 20)]
        return plan
    }()

    @Test("pause in the middle of a tool leaves no process, and resume goes on in the same session to the end")
    func pauseAndResume() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 20", run)
            let pause = try await fixture.cco(["pause"])
            #expect(pause.succeeded, "\(pause.outputText)\(pause.errorText)")
            try fixture.expectNoProcess()
            #expect(try await run.ended().exit == .exited(13))
            let sessions = try await fixture.sessions()

            let resumed = try await fixture.cco(["resume"])
            #expect(resumed.exit == .exited(0), "\(resumed.outputText)\(resumed.errorText)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try fixture.expectNoProcess()
            // The Director's three (plan, reviews, judgement) and one for each task: a task that had been begun anew would have left another one.
            let all = try await fixture.sessions()
            #expect(all.count == 5 && all.isSuperset(of: sessions), "a session was given up: \(all)")
            #expect(try await fixture.files().isSuperset(of: ["src/task1.txt", "src/task2.txt"]))
        }
    }

    @Test("after SIGKILL of cco the agents are taken up by the next start, and nothing is done twice")
    func kill() async throws {
        let company = CompanyScript(Self.plan)
        let continuations = Mutex(0)
        let script = ClosureScript { request in
            if request.lastUserText?.contains("interrupted from outside") == true { continuations.withLock { $0 += 1 } }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(Self.plan, script: script) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 20", run)
            try await run.kill()

            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            #expect(try await fixture.sessions().count == 5, "a task was begun anew")
            #expect(continuations.withLock { $0 } == 0, "an agent that had gone on by itself was asked again")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try fixture.expectNoProcess()
            let landed = try await fixture.subjects().filter { $0.hasPrefix("Write file") }
            #expect(landed.sorted() == ["Write file 1", "Write file 2"], "landed: \(landed)")
            let repeated = try fixture.loggedOutput().filter { $0.contains("sleep 20") }
            #expect(Set(repeated).count == repeated.count && !repeated.isEmpty, "logged twice: \(repeated)")
        }
    }

    @Test("a new run in place of one whose cco was killed ends what that has left at work, and not before it is sure to begin")
    func newRun() async throws {
        var endless = Self.plan
        endless.goals[0].tasks[0].mistakes = [.slow(seconds: 600)]
        try await CompanyFixture.with(endless) { fixture in
            let first = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 600", first)
            try await first.kill()
            let old = try #require(try fixture.markers().first)
            try FileManager.default.moveItem(atPath: fixture.origin, toPath: fixture.origin + ".away")
            let refused = try await fixture.cco(["start", "--new"])
            #expect(refused.exit == .exited(65), "\(refused.outputText)\(refused.errorText)")
            #expect(try !ProcessSweep.find(marker: old).isEmpty)
            try FileManager.default.moveItem(atPath: fixture.origin + ".away", toPath: fixture.origin)

            let second = try await fixture.begin(["start", "--new"])
            #expect(try await second.says("begins with"))
            #expect(try ProcessSweep.find(marker: old).isEmpty)
            #expect(try await fixture.cco(["pause"]).succeeded)
            #expect(try await second.ended().exit == .exited(13))
            try fixture.expectNoProcess()
        }
    }

    @Test("an agent that had written a lot when cco was killed is read on from the byte that the journal has")
    func killAfterMuchOutput() async throws {
        var talkative = CompanyPlan.synthetic(tasks: 2)
        talkative.goals[0].tasks[0].steps.insert(
            contentsOf: [.run("seq 1 5000"), .run("seq 5001 10000"), .run("seq 10001 15000"), .run("sleep 20")], at: 0)
        let plan = talkative
        try await CompanyFixture.with(plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 20", run)
            try await run.kill()
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            let places = try fixture.log().compactMap { $0.firstMatch(of: /'s output is read on from byte (\d+)/).flatMap { Int($0.1) } }
            #expect(places.max() ?? 0 >= 64 << 10, "it was read from the beginning")
            #expect(try await fixture.sessions().count == 5, "a task was begun anew")
            try await fixture.expectSound(gate: plan.verifyCommand)
            try fixture.expectNoProcess()
            let repeated = try fixture.loggedOutput().filter { $0.contains("seq 1 5000") || $0.contains("sleep 20") }
            #expect(Set(repeated).count == repeated.count && !repeated.isEmpty, "logged twice: \(repeated)")
        }
    }

    @Test("after a reboot, which leaves no process and another boot's records, resume goes on in the same sessions")
    func reboot() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 20", run)
            try await run.kill()
            try await fixture.loseProcesses()
            let records = try await ChildCommand(
                "find", [fixture.config + "/workspace", "-path", "*/turns/*", "(", "-name", "shim", "-o", "-name", "child", ")"],
                environment: fixture.environment
            ).run().outputText.split(separator: "\n").map(String.init)
            #expect(records.count >= 2, "no turn was under way")
            for record in records {
                let text = try String(contentsOfFile: record, encoding: .utf8)
                let lines = text.split(separator: "\n").map { $0.hasPrefix("boot") ? "boot 00000000-0000-4000-8000-000000000000" : $0 }
                try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: record))
            }

            let resumed = try await fixture.cco(["resume"])
            #expect(resumed.exit == .exited(0), "\(resumed.outputText)\(resumed.errorText)")
            #expect(try await fixture.sessions().count == 5, "a task was begun anew")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try fixture.expectNoProcess()
        }
    }

    @Test("Ctrl-C stops gracefully, and the next start goes on")
    func interrupt() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 20", run)
            try run.signal(SIGINT)
            #expect(try await run.ended().exit == .exited(13))
            try fixture.expectNoProcess()
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
        }
    }

    @Test("a detached run is looked at, paused and gone on with from other terminals")
    func detached() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let started = try await fixture.cco(["start", "--detach"])
            #expect(started.succeeded, "\(started.outputText)\(started.errorText)")
            let status = try await fixture.cco(["status", "--json"])
            let state = try #require(try JSONSerialization.jsonObject(with: Data(status.standardOutput)) as? [String: Any])
            let phase = try #require(state["phase"] as? String)
            #expect(["preparing", "working"].contains(phase), "the phase is \(phase)")
            let second = try await fixture.cco(["start"])
            #expect(second.exit == .exited(75), "\(second.outputText)\(second.errorText)")
            #expect(try await fixture.cco(["pause"]).succeeded)
            try fixture.expectNoProcess()
            #expect(try await fixture.cco(["pause"]).succeeded, "a second pause is not harmless")
            let resumed = try await fixture.cco(["resume"])
            #expect(resumed.exit == .exited(0), "\(resumed.outputText)\(resumed.errorText)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            let verified = try await fixture.cco(["verify", "--rerun"])
            #expect(verified.exit == .exited(0), "\(verified.outputText)\(verified.errorText)")
        }
    }

    @Test("when the time is over agents are stopped in mid-turn, and what was approved is still integrated")
    func timeOver() async throws {
        var endless = Self.plan
        endless.goals[0].tasks[0].mistakes = [.slow(seconds: 600)]
        let plan = endless
        try await CompanyFixture.with(plan, options: ["maxRunDurationMinutes": 1]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(10), "\(result.outputText)\(result.errorText)")
            try fixture.expectNoProcess()
            try await fixture.expectSound(gate: plan.verifyCommand)
            #expect(try await fixture.files().contains("src/task2.txt"))
            #expect(try await !fixture.files().contains("src/task1.txt"))
        }
    }
}

extension CompanyFixture {
    /// Suspends until a tool with this command line runs below the fixture; fails when cco ends before.
    func untilTool(_ command: String, _ run: RunningCco) async throws {
        guard try await run.says("begins with") else {
            Issue.record("cco ended before any turn: \(try run.output())")
            return
        }
        let log = try await combinedLog(run)
        for try await line in log where line.contains(command) { return }
        Issue.record("cco ended before \(command) ran: \(try run.output())")
    }

    /// The lines of the run's `combined.log`, as they are written, until cco ends.
    private func combinedLog(_ run: RunningCco) async throws -> AsyncThrowingStream<String, any Error> {
        let follower = try await begin(["logs", "--follow"])
        let lines = follower.process.lines()
        return AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    for try await line in lines { continuation.yield(String(decoding: line.bytes, as: UTF8.self)) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Ends every process of the fixture's runs at once, shims first, so that nobody records anything: as when the machine loses power.
    func loseProcesses() async throws {
        for marker in try markers() {
            let processes = try ProcessSweep.find(marker: marker)
            // Unreadable: it has just ended.
            let shims = processes.filter {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0.pid)/exe"))?.hasSuffix("/cco-shim") == true
            }
            #expect(!shims.isEmpty, "no shim of \(marker) was alive")
            for process in shims + processes { try process.signal(SIGKILL) }
            try await ProcessSweep.end(marker: marker)
        }
    }

    /// The ids of the CLI's sessions.
    func sessions() async throws -> Set<String> {
        let found = try await ChildCommand(
            "find", [config + "/workspace", "-name", "*.jsonl", "-path", "*projects*"], environment: environment
        ).run().outputText
        return Set(found.split(separator: "\n").compactMap { $0.split(separator: "/").last.map(String.init) })
    }
}

import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// `cco watch` in a real terminal, on a real run.
@Suite("A view on a live run", .serialized, .enabled(if: RealCLI.isSetUp && RealTerminal.isSetUp, "run scripts/setup first"))
struct WatchTests {
    private static let plan: CompanyPlan = {
        var plan = CompanyPlan.synthetic(tasks: 2)
        plan.goals[0].tasks[0].mistakes = [.slow(seconds: 30)]
        return plan
    }()

    @Test(
        "it shows the run as it goes, opens a transcript, follows the terminal's size, and leaving it changes nothing",
        .timeLimit(.minutes(5)))
    func view() async throws {
        try await CompanyFixture.with(Self.plan, options: ["maxTurnTokens": 1_000_000]) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 30", run)
            try await RealTerminal.with(fixture, ["watch"]) { terminal in
                // A capture may come in the midst of a frame: only a whole one counts.
                try await terminal.shows("the worker's tool") { rows in
                    rows.contains { $0.contains("● worker-") && $0.contains("Bash sleep 30") } && rows[0].contains("working")
                        && rows.last { !$0.isEmpty }?.contains("q leave") == true
                }
                let agents = try await fixture.cco(["agent", "list", "--json"]).outputText
                #expect(agents.contains(#""name" : "Bash""#) || agents.contains(#""name":"Bash""#), "\(agents)")
                #expect(agents.contains("turnTokens") && agents.contains("sleep 30"), "\(agents)")
                let text = try await fixture.cco(["status"]).outputText
                #expect(text.contains("k of 1.0M tokens ("), "\(text)")
                let painted = try await terminal.colours()
                #expect(!painted.contains("\u{1B}[32m") && !painted.contains("\u{1B}[36m"), "NO_COLOR is heeded")
                try await terminal.type("2", "Enter")
                try await terminal.shows("a task") { $0.contains { $0.contains("  state    in progress") } }
                try await terminal.resize(columns: 150, rows: 40)
                try await terminal.shows("the screen in its new size") { rows in
                    rows.count >= 40 && rows.contains { $0.count == 150 && $0.allSatisfy { $0 == "─" } }
                }
                try await terminal.type("t")
                try await terminal.shows("the transcript of who works on it") { rows in
                    rows.contains { $0.hasPrefix("worker-") && $0.contains("working in turn-") }
                        && rows.contains { $0.hasPrefix("  Bash: ") && $0.contains("sleep 30") }
                        && rows.contains { $0.contains("%  this turn: ") && $0.contains("k of 1.0M tokens (") }
                        && rows.last { !$0.isEmpty }?.contains("esc back") == true
                }
                try await terminal.type("q", "q")
                // The screen that was there before is there again.
                try await terminal.shows("the end") { rows in rows.contains("left with 0") && !rows.contains { $0.contains("Company") } }
            }
            #expect(try await run.ended().exit == .exited(0))
        }
    }

    @Test("colours tell what works, where nobody forbids them", .timeLimit(.minutes(5)))
    func colours() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 30", run)
            try await RealTerminal.with(fixture, ["watch"], environment: ["-u", "NO_COLOR"]) { terminal in
                try await terminal.shows("the worker's tool") { $0.contains { $0.contains("Bash sleep 30") } }
                let lines = try await terminal.colours().split(separator: "\n")
                // Green for the one that works, cyan for its tool.
                let worker = try #require(lines.first { $0.contains("sleep 30") && $0.contains("worker-") })
                #expect(worker.contains("\u{1B}[32m") && worker.contains("\u{1B}[36m"), "\(worker)")
                try await terminal.type("5")
                try await terminal.shows("the limits") { rows in
                    rows.contains("Credentials") && rows.contains { $0.contains("open") && $0.contains("an hour") }
                }
                try await terminal.type("q")
                try await terminal.shows("the end") { $0.contains("left with 0") }
            }
            #expect(try await run.ended().exit == .exited(0))
        }
    }

    @Test("a difference, a gate's log as it grows, and a message, all from the view", .timeLimit(.minutes(5)))
    func texts() async throws {
        let go = FileManager.default.temporaryDirectory.appending(path: "cco-gate-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: go) }
        var plan = CompanyPlan.synthetic(tasks: 1)
        plan.verifyCommand =
            "echo gate at work; [ ! -e src/task1.txt ] || until [ -e \(go) ]; do sleep 0.1; done; echo gate done; \(plan.verifyCommand ?? "true")"
        try await CompanyFixture.with(plan) { fixture in
            let run = try await fixture.begin(["start"])
            #expect(try await run.says("begins with"))
            try await RealTerminal.with(fixture, ["watch"]) { terminal in
                try await terminal.shows("the run") { $0[0].contains("working") }
                try await terminal.type("3")
                try await terminal.shows("the change at its gate") { $0.contains { $0.contains("gating") } }
                try await terminal.type("Down", "l")
                try await terminal.shows("what the gate prints") { $0.contains("gate at work") && !$0.contains("gate done") }
                try await terminal.type("q", "2", "d")
                try await terminal.shows("what the worker has made") { $0.contains("+++ b/src/task1.txt") }
                try await terminal.type("q", "t")
                try await terminal.shows("all that the worker said and did") { rows in
                    rows.contains { $0.hasPrefix("turn ended: success") } && rows.contains { $0.hasPrefix("worker-1  worker, idle") }
                }
                try await terminal.type("q", "1", "g", "m", "C-x", "stay calm", "Enter")
                try await terminal.shows("that the message was taken") { $0.contains { $0.hasPrefix("director: ") } }
                let messages = try await fixture.cco(["messages", "--json"])
                #expect(
                    messages.outputText.contains("stay calm") && messages.outputText.contains(#""interrupts" : true"#),
                    "\(messages.outputText)\(messages.errorText)")
                #expect(FileManager.default.createFile(atPath: go, contents: nil))
                #expect(try await run.ended().exit == .exited(0))
                try await terminal.type("2", "Down", "l")
                try await terminal.shows("what the green gate printed") { rows in
                    rows.contains { $0.hasPrefix("The gate that verified task-1") } && rows.contains("gate done")
                }
                try await terminal.type("q", "q")
                try await terminal.shows("the end") { $0.contains("left with 0") }
            }
        }
    }

    @Test(
        "an agent whose request is refused for now is shown to wait for the API, everywhere, until it is answered", .timeLimit(.minutes(5)))
    func retry() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let company = CompanyScript(plan)
        let answers = Latch()
        let asked = Mutex(0)
        let script = ClosureScript { request in
            guard request.isWorkers else { return await company.reply(to: request) }
            if asked.withLock({
                $0 += 1; return $0
            }) == 1 {
                return .fault(.rateLimited(retryAfter: 1))
            }
            await answers.wait()
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script) { fixture in
            let run = try await fixture.begin(["start"])
            #expect(try await run.says("begins with"))
            try await RealTerminal.with(fixture, ["watch"]) { terminal in
                let isWaiting = { (row: String) in row.contains("worker-1") && row.contains("  waits for the API, a") }
                try await terminal.shows("that the worker waits for the API") { $0.contains(where: isWaiting) }
                let list = try await fixture.cco(["agent", "list"]).outputText
                #expect(
                    list.split(separator: "\n").contains { $0.contains("worker-1") && $0.contains("waits for the API, and asks again") },
                    "\(list)")
                await answers.open()
                try await terminal.shows("the end of the run") { $0[0].contains("ended: complete") && !$0.contains(where: isWaiting) }
                try await terminal.type("q")
            }
            #expect(try await run.ended().exit == .exited(0))
        }
    }

    @Test("it pauses the run when that is confirmed, and shows how it stands without an engine", .timeLimit(.minutes(5)))
    func pause() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 30", run)
            try await RealTerminal.with(fixture, ["watch"]) { terminal in
                try await terminal.shows("the run") { $0[0].contains("working") }
                try await terminal.type("p")
                try await terminal.shows("the question") { $0.contains { $0.hasPrefix("Pause the run?") } }
                try await terminal.type("y")
                try await terminal.shows("the pause") { $0[0].contains("paused: cco watch") }
                #expect(try await run.ended().exit == .exited(13))
                try await terminal.type("q")
                try await terminal.shows("the end") { $0.contains("left with 0") }
            }
            let lines = try await fixture.cco(["watch"])
            #expect(lines.succeeded && lines.outputText.contains("[run]"), "without a terminal: \(lines.outputText)\(lines.errorText)")
            #expect(!lines.outputText.contains("\u{1B}"))
            try await RealTerminal.with(fixture, ["watch"], environment: ["CI=1"]) { terminal in
                try await terminal.shows("lines, for nobody looks at a terminal of CI") { rows in
                    rows.contains("left with 0") && rows.contains { $0.contains("[run]") }
                }
            }
        }
    }

    @Test("start on a terminal shows the run, survives a view that is left, and ends with the report", .timeLimit(.minutes(5)))
    func start() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            try await RealTerminal.with(fixture, ["start"]) { terminal in
                try await terminal.shows("the worker's tool") { rows in
                    rows.contains { $0.contains("● worker-") && $0.contains("sleep 30") }
                }
                try await terminal.type("C-c")
                try await terminal.shows("the question") { $0.contains { $0.hasPrefix("Pause the run?") } }
                try await terminal.type("n", "q")
                try await terminal.shows("the way back") { rows in
                    rows.contains("left with 0") && rows.contains { $0.contains("cco watch") }
                }
            }
            // The run is still going: a second start is refused.
            try await RealTerminal.with(fixture, ["start"]) { terminal in
                try await terminal.shows("that it is in use") { rows in
                    rows.contains("left with 75") || rows.contains { $0.contains("is in use by") }
                }
            }
            try await RealTerminal.with(fixture, ["watch"]) { terminal in
                try await terminal.shows("the end of the run") { $0[0].contains("ended: complete") }
                try await terminal.type("q")
            }
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
        }
    }

    @Test("resume on a terminal stays to the end of the run and prints its summary", .timeLimit(.minutes(5)))
    func resume() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 30", run)
            #expect(try await fixture.cco(["pause"]).succeeded)
            try await RealTerminal.with(fixture, ["resume"]) { terminal in
                let rows = try await terminal.shows("the summary") { $0.contains("left with 0") }
                #expect(rows.contains { $0.hasPrefix("Report: ") } && rows.contains { $0.contains("complete") }, "\(rows)")
            }
            try fixture.expectNoProcess()
        }
    }
}

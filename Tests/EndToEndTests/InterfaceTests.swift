import Engine
import Foundation
import Journal
import Orchestration
import Processes
import Testing

@testable import TestSupport

/// The interface for programs, as programs of others see it, on real runs.
@Suite(
    "The web interface of a run", .serialized, .enabled(if: RealCLI.isSetUp && InterfaceTools.folder != nil, "run scripts/setup first"))
struct InterfaceTests {
    private static let plan: CompanyPlan = {
        var plan = CompanyPlan.synthetic(tasks: 2)
        plan.goals[0].tasks[0].mistakes = [.slow(seconds: 20)]
        return plan
    }()

    private func numbers(_ text: String) -> [Int64] {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("id: ") }.compactMap { Int64($0.dropFirst(4)) }
    }

    @Test("an ended run is told as its journal has it, in the described form, and takes no orders", .timeLimit(.minutes(6)))
    func ended() async throws {
        try await CompanyFixture.with(CompanyPlan.synthetic(tasks: 2)) { fixture in
            #expect(try await fixture.cco(["start"]).succeeded)
            let web = try await fixture.web()
            let folder = try #require(try Workspace(path: fixture.config + "/workspace").currentRun()).path
            let events = try await web.ask("/api/v1/journal/events?follow=0")
            let journal = try Journal(existingIn: folder)
            let last = journal.lastSequence
            try journal.close()
            #expect(events.status == 200 && numbers(events.text) == Array(1...last))
            #expect(!events.text.contains(CompanyFixture.key))
            let order = try await web.ask("/api/v1/orders", method: "POST", body: #"{"id":"1","kind":"retry","task":"task-1"}"#)
            #expect(order.status == 409 && order.text.contains("no-engine") && order.text.contains("cco start --new"), "\(order.text)")
            let broken = try await web.ask("/api/v1/orders", method: "POST", body: "{}")
            #expect(broken.status == 400 && broken.text.contains("malformed-body"), "\(broken.text)")
            let cost = try JSONDecoder().decode(CostReport.self, from: Data(try await web.ask("/api/v1/cost").text.utf8))
            try await expectMetrics(web, fixture, cost)
            try await expectDescribed(web, fixture)
            try await web.stop()
            try await expectTraces(fixture, cost)
            try fixture.expectNoProcess()
        }
    }

    private struct Span: Decodable, Equatable {
        var traceId: String
        var spanId: String
        var parentSpanId: String?
        var name: String
        var startTimeUnixNano: String
        var endTimeUnixNano: String
    }

    /// A collector gets the run's spans as one tree, and the same ones when they are sent again.
    private func expectTraces(_ fixture: CompanyFixture, _ cost: CostReport) async throws {
        let collector = try await fixture.begin(program: [InterfaceTools.python, "-c", InterfaceTools.collector])
        try await collector.expectSays("port ")
        let port = try #require(try collector.output().split(whereSeparator: \.isWhitespace).dropFirst().first)
        for _ in 1...2 {
            let sent = try await fixture.cco(["export", "otlp", "--endpoint", "http://127.0.0.1:\(port)"])
            #expect(sent.succeeded && sent.outputText.hasPrefix("Sent "), "\(sent.outputText)\(sent.errorText)")
        }
        try collector.signal(SIGTERM)
        let (_, output) = try await collector.ended()
        let all = try output.split(separator: "\n").dropFirst().map { try JSONDecoder().decode(Span.self, from: Data($0.utf8)) }
        let spans = Array(all.prefix(all.count / 2))
        #expect(all.suffix(all.count / 2) == spans[...] && Set(spans.map(\.spanId)).count == spans.count)
        #expect(spans.count { $0.parentSpanId == nil } == 1 && Set(spans.map(\.traceId)).count == 1)
        #expect(Set(spans.compactMap(\.parentSpanId)).isSubset(of: spans.map(\.spanId)))
        #expect(
            spans.count { $0.name.hasPrefix("task ") } == 2 && spans.contains { $0.name == "gate" }
                && spans.contains { $0.name == "publish" })
        let steps: Set = ["merge", "gate", "baseline gate", "quick gate", "publish"]
        let turns = spans.filter { !$0.name.hasPrefix("task ") && !$0.name.hasPrefix("run ") && !steps.contains($0.name) }
        #expect(turns.count == cost.total.turns)
        let away = try await fixture.cco(["export", "otlp", "--endpoint", "grpc://127.0.0.1"])
        #expect(!away.succeeded && away.errorText.contains("https://HOST:PORT"), "\(away.errorText)")
    }

    /// Prometheus's own library reads the metrics, and they are the run's.
    private func expectMetrics(_ web: RunningWeb, _ fixture: CompanyFixture, _ cost: CostReport) async throws {
        let page = try await web.ask("/metrics")
        let file = fixture.root + "/metrics.txt"
        try Data(page.text.utf8).write(to: URL(filePath: file))
        let samples = try await fixture.command([InterfaceTools.python, "-c", InterfaceTools.metrics, file])
        let status = try JSONDecoder().decode(RunStatus.self, from: Data(try await web.ask("/api/v1/status").text.utf8))
        func value(_ name: String, _ labels: String = "{}") -> Double? {
            samples.split(separator: "\n").first { $0.hasPrefix("[\"\(name)\", \(labels), ") }
                .flatMap { $0.split(separator: " ").last.flatMap { Double($0.dropLast()) } }
        }
        #expect(value("cco_cost_usd_total") == cost.total.costUsd && cost.total.costUsd > 0)
        #expect(value("cco_turns_total") == Double(cost.total.turns ?? 0))
        #expect(value("cco_tasks", "{\"state\": \"landed\"}") == Double(status.tasks.count { $0.state == "landed" }))
        #expect(value("cco_merges_total") == Double(status.merges.published))
        #expect(value("cco_run_live") == 0 && value("cco_run_phase", "{\"phase\": \"ended\"}") == 1)
        let gates = ["gate", "baseline"].compactMap {
            value("cco_gate_duration_seconds_count", "{\"gate\": \"\($0)\", \"verdict\": \"green\"}")
        }
        #expect(gates.reduce(0, +) == Double(status.merges.gateRuns), "\(samples)")
    }

    /// Schemathesis holds the server to its description, with examples, bounds and random values.
    ///
    /// - Parameters:
    ///   - left: routes that are not asked.
    ///   - seconds: how long at most.
    private func expectDescribed(_ web: RunningWeb, _ fixture: CompanyFixture, without left: [String] = [], seconds: Int = 40) async throws
    {
        // Streams end only where they are asked to.
        let settings = fixture.root + "/schemathesis.toml"
        let text = """
            [[operations]]
            include-path = "/api/v1/events"
            enabled = false

            [[operations]]
            include-path = "/api/v1/journal/events"
            parameters = { "query.follow" = "0" }
            # It takes any header that nobody knows for a wrong one, and refuses numbers beyond the journal; wrong numbers are tested elsewhere.
            checks = { negative_data_rejection = { enabled = false } }
            """
        let out = left.map { "\n[[operations]]\ninclude-path = \"\($0)\"\nenabled = false\n" }.joined()
        try Data((text + "\n" + out).utf8).write(to: URL(filePath: settings))
        let result = try await ChildCommand(
            InterfaceTools.schemathesis,
            [
                "--config-file", settings, "run", web.address + "/api/v1/openapi.json", "--url", web.address, "--header",
                "Authorization: Bearer \(web.token)", "--max-examples", "8", "--max-time", "\(seconds)", "--request-timeout", "10",
                "--seed", "1",
                "--generation-database", "none", "--no-color",
            ], environment: fixture.environment, workingDirectory: fixture.root, timeout: .seconds(120)
        ).run()
        let isFine = result.succeeded
        #expect(isFine, "\(result.outputText.suffix(6_000))\(result.errorText.suffix(2_000))")
    }

    @Test(
        "a run at work is told in the described form, whatever is asked and ordered, and so is one that stands still",
        .timeLimit(.minutes(6)))
    func described() async throws {
        var plan = CompanyPlan.synthetic(tasks: 2)
        for index in 0..<2 { plan.goals[0].tasks[index].mistakes = [.slow(seconds: 300)] }
        try await CompanyFixture.with(plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 300", run)
            let web = try await fixture.web()
            // It would stand still at once.
            try await expectDescribed(web, fixture, without: ["/api/v1/pause"], seconds: 20)
            let live = try JSONDecoder().decode(RunStatus.self, from: Data(try await web.ask("/api/v1/status").text.utf8))
            #expect(live.suspension == nil && live.phase == "working" && live.spending.turns > 0)
            let paused = try await web.ask("/api/v1/pause", method: "POST")
            #expect(paused.status == 200, "\(paused.text)")
            #expect(try await run.ended().exit == .exited(13))
            try await expectDescribed(web, fixture, seconds: 15)
            try await web.stop()
        }
    }

    @Test(
        "a reader of the journal misses nothing and gets nothing twice, while servers come and go and the run takes orders",
        .timeLimit(.minutes(6)))
    func live() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 20", run)
            let first = try await fixture.web()
            let order = #"{"id":"once","kind":"tell","agent":"director","text":"Hurry.","by":"Ada"}"#
            let receipt = try await first.ask("/api/v1/orders", method: "POST", body: order)
            #expect(receipt.status == 200 && receipt.text.contains(#""subject":"message-1""#), "\(receipt.text)")
            #expect(try await first.ask("/api/v1/orders", method: "POST", body: order).text == receipt.text)
            let unknown = try await first.ask("/api/v1/tasks/task-99")
            #expect(unknown.status == 404)
            let reader = try await follow(first, after: 0, fixture)
            // The order's own event comes while the run goes on.
            try await reader.expectSays("\"kind\":\"orderTaken\"")
            try await first.process.kill()
            let (_, early) = try await reader.ended()
            let place = try #require(numbers(early).last)

            let second = try await fixture.web()
            let rest = try await follow(second, after: place, fixture)
            #expect(try await run.ended().exit == .exited(0))
            try await rest.expectSays("\"kind\":\"ended\"")
            try await second.stop()
            let (_, late) = try await rest.ended()
            let all = numbers(early) + numbers(late)
            #expect(all == Array(1...Int64(all.count)))
        }
    }

    @Test(
        "what a gate prints is had while it runs, as it comes, and afterwards from the commit; so is what an agent says",
        .timeLimit(.minutes(5)))
    func growing() async throws {
        let go = FileManager.default.temporaryDirectory.appending(path: "cco-gate-\(UUID().uuidString)").path
        defer { for path in [go, go + "-begun"] { try? FileManager.default.removeItem(atPath: path) } }
        var plan = CompanyPlan.synthetic(tasks: 1)
        let waits = "{ echo > \(go)-begun; until [ -e \(go) ]; do sleep 0.1; done; }"
        let check = plan.verifyCommand ?? "true"
        plan.verifyCommand = "echo gate at work; [ ! -e src/task1.txt ] || [ -e \(go) ] || \(waits); echo gate done; \(check)"
        try await CompanyFixture.with(plan) { fixture in
            _ = try await fixture.command(["/usr/bin/mkfifo", go + "-begun"])
            let run = try await fixture.begin(["start"])
            #expect(try await run.says("begins with"))
            let web = try await fixture.web()
            func status() async throws -> RunStatus {
                try JSONDecoder().decode(RunStatus.self, from: Data(try await fixture.cco(["status", "--json"]).outputText.utf8))
            }
            func log(_ run: String, _ place: String = "") async throws -> GateLogPage {
                try JSONDecoder().decode(GateLogPage.self, from: Data(try await web.ask("/api/v1/gates/\(run)/log\(place)").text.utf8))
            }
            func transcript(_ agent: String, _ query: String = "") async throws -> TranscriptPage {
                let answer = try await web.ask("/api/v1/agents/\(agent)/transcript\(query)")
                return try JSONDecoder().decode(TranscriptPage.self, from: Data(answer.text.utf8))
            }
            // The gate writes there once it has printed.
            _ = try await fixture.command(["/bin/cat", go + "-begun"])
            let running = try #require(try await status().queues.flatMap(\.candidates).compactMap(\.gateRun).first)
            var text = try await log(running)
            #expect(text.isGrowing && text.text == "gate at work\n")
            #expect(FileManager.default.createFile(atPath: go, contents: nil))
            while text.isGrowing { text = try await log(running, "?after=\(text.end)") }
            #expect(try await run.ended().exit == .exited(0))
            let kept = try await log(running)
            #expect(!kept.isGrowing && kept.text.hasPrefix("gate at work\ngate done\n"), "\(kept)")
            let landed = try #require(try await status().tasks.first)
            let commit = try await web.ask("/api/v1/commits/\(try #require(landed.commit))").text
            #expect(commit.contains("\"gateRun\":\"\(running)\""), "\(commit)")
            let worker = try await transcript(try #require(landed.worker))
            #expect(worker.entries.first?.kind == .start && worker.entries.last?.kind == .end)
            #expect(worker.entries.contains { $0.kind == .call })
            #expect(!worker.isGrowing && worker.start == 0 && worker.entries.last?.tokens != nil, "\(worker)")
            let begun = try await transcript("director", "?at=1")
            #expect(begun.turn == nil && begun.entries.isEmpty, "no turn had begun by then")
            let lead = try await transcript("director")
            #expect(lead.earlierTurn != nil && lead.turn != nil)
            try await web.stop()
        }
    }

    private func follow(_ web: RunningWeb, after place: Int64, _ fixture: CompanyFixture) async throws -> RunningCco {
        try await fixture.begin(program: [
            InterfaceTools.python, "-c", InterfaceTools.reader, web.address + "/api/v1/journal/events", web.token, "Last-Event-ID=\(place)",
        ])
    }
}

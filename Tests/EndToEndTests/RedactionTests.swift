import Foundation
import JSON
import Processes
import Testing

@testable import TestSupport

/// An agent that tells what it should not, in every way that it has, and everybody who can look.
@Suite("Secrets in what people and programs are shown", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct RedactionTests {
    /// Neither looks like a credential by itself: only the configuration tells that they are.
    private static let value = "s3cr3t-value-of-the-env-file-42"
    private static let token = "gateway-bearer-0123456789abcdef"
    private static let words = "\(value) and \(token)"
    private static let waiting = "echo the worker waits"
    private static let keys: [[String: JSONValue]] = [["name": "gateway", "authToken": .string(token)]]

    /// A worker reports both, prints them, leaves them in a file for a while, and commits them in another form. The gate prints one. The worker goes on
    /// when there is the file `go.worker`; the gate says so through the pipe `go.gate` when it has printed, and goes on when there is `go`.
    private static func plan(until go: String) -> CompanyPlan {
        var plan = CompanyPlan.synthetic(tasks: 1)
        var task = plan.goals[0].tasks[0]
        task.title = "Write file 1 for \(words)"
        task.summary = "Wrote it for \(words)."
        task.notes = "It was for \(words)."
        task.paths.append("src/encoded.txt")
        task.steps =
            [
                .run("echo 'It is for \(words)' | tee scratch.txt"), .run("\(waiting); until [ -e \(go).worker ]; do sleep 0.2; done"),
                .run("rm scratch.txt; mkdir -p src; printf '%s' '\(words)' | base64 -w 0 > src/encoded.txt"),
            ] + task.steps
        plan.goals[0].tasks[0] = task
        plan.verifyCommand =
            "echo gate at work; if [ -f .env ]; then cat .env; fi; [ ! -e src/task1.txt ] || { echo > \(go).gate; until [ -e \(go) ]; do sleep 0.1; done; }; sh check.sh"
        return plan
    }

    /// Whatever is left of a secret, this much of it is not.
    private static let traces = [
        String(value.prefix(12)), String(token.prefix(12)), String(Data(words.utf8).base64EncodedString().prefix(16)),
    ]

    /// - Parameter tells: whether the text has said something that was taken out.
    private func expectClean(_ text: String, _ what: String, tells: Bool = true, _ location: SourceLocation = #_sourceLocation) {
        for trace in Self.traces where text.contains(trace) {
            let around = text.range(of: trace).map { text[..<$0.upperBound].suffix(300) } ?? ""
            Issue.record("\(what) has a secret: \(around)", sourceLocation: location)
        }
        if tells, !text.contains("redacted:") {
            Issue.record("\(what) says nothing that was taken out: \(text.prefix(2_000))", sourceLocation: location)
        }
    }

    @Test(
        "no page, stream, tool, view, log, report or export has one, nor has a commit, while the run goes on and afterwards",
        .timeLimit(.minutes(8)))
    func everywhere() async throws {
        let go = FileManager.default.temporaryDirectory.appending(path: "cco-gate-\(UUID().uuidString)").path
        defer { for file in [go, go + ".worker", go + ".gate"] { try? FileManager.default.removeItem(atPath: file) } }
        try await CompanyFixture.with(Self.plan(until: go), keys: Self.keys) { fixture in
            try Data("SERVICE_TOKEN=\(Self.value)\n".utf8).write(to: URL(filePath: fixture.config + "/.env"))
            try await fixture.command(["mkfifo", go + ".gate"])
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool(Self.waiting, run)
            try await lookEverywhere(fixture, "live")
            try await watch(fixture, run, go)
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            expectClean(output, "what cco start prints")
            try await lookEverywhere(fixture, "ended")
            let history = try await fixture.git([
                "--git-dir", fixture.origin, "log", "--all", "--format=%B", "-p", "--diff-merges=separate", "--", ":!src/encoded.txt",
            ])
            expectClean(history, "origin's history")
        }
    }

    private func lookEverywhere(_ fixture: CompanyFixture, _ when: String) async throws {
        try await lookAtPages(fixture, when)
        try await askTools(fixture, when)
        for command in [["logs"], ["report", "--html", "-"], ["replay"]]
            + (when == "live" ? [["status"], ["task", "list"]] : [["report"]])
        {
            let result = try await fixture.cco(command)
            #expect(result.succeeded, "\(result.errorText)")
            expectClean(result.outputText, "cco \(command.joined(separator: " ")) (\(when))")
        }
        try await LoopbackReceiver.serving { collector, port in
            let sent = try await fixture.cco(["export", "otlp", "--endpoint", "http://127.0.0.1:\(port)"])
            #expect(sent.succeeded, "\(sent.errorText)")
            // Only what is over is sent.
            expectClean(collector.received.map(\.body).joined(), "the export (\(when))", tells: when == "ended")
        }
    }

    private func lookAtPages(_ fixture: CompanyFixture, _ when: String) async throws {
        let web = try await fixture.web()
        var paths = [
            "/api/v1/status", "/api/v1/tasks/task-1", "/api/v1/log", "/api/v1/timeline", "/api/v1/moment?at=999999",
            "/api/v1/status?at=999999",
            "/api/v1/log?at=999999", "/api/v1/journal/events?follow=0", "/report", "/api/v1/cost", "/api/v1/work/task-1",
        ]
        if when == "ended" {
            let commit = try await fixture.git(["--git-dir", fixture.origin, "log", "-1", "--format=%H", "--merges", "main"])
            paths.append("/api/v1/commits/\(commit.filter { !$0.isNewline })")
        }
        // Has no titles in it.
        let silent = ["/api/v1/timeline"]
        for path in paths {
            let answer = try await web.ask(path)
            #expect(answer.status == 200, "\(path): \(answer.text)")
            expectClean(
                answer.text, "\(path.prefix(24)) (\(when))", tells: !silent.contains(path) && (path != "/api/v1/cost" || when == "ended"))
        }
        let stream = try await fixture.begin(program: [
            "curl", "--silent", "--no-buffer", "--header", "Authorization: Bearer \(web.token)", web.address + "/api/v1/events",
        ])
        try await stream.expectSays("data: ")
        expectClean(try stream.output(), "the pages' stream (\(when))")
        try stream.signal(SIGTERM)
        _ = try await stream.ended()
        try await web.stop()
    }

    /// Asks the tools of a model as a client does.
    private func askTools(_ fixture: CompanyFixture, _ when: String) async throws {
        let pipe = fixture.root + "/mcp-\(UUID().uuidString.prefix(6))"
        let server = try await fixture.begin(program: [
            "sh", "-c", "mkfifo '\(pipe)' && echo ready && exec '\(BuiltProducts.cco)' mcp --config '\(fixture.config)' <> '\(pipe)'",
        ])
        var lines = [#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}"#]
        let calls = [
            #""run_status""#, #""list_tasks""#, #""why_waiting","arguments":{"id":"task-1"}"#, #""cost""#,
            #""agent_log","arguments":{"agent":"worker-1"}"#, #""list_questions""#,
        ]
        for (number, call) in calls.enumerated() {
            lines.append(#"{"jsonrpc":"2.0","id":\#(number + 1),"method":"tools/call","params":{"name":\#(call)}}"#)
        }
        try await server.expectSays("ready")
        try await fixture.command(["sh", "-c", "printf '%s\\n' \"$@\" > '\(pipe)'", "sh"] + lines)
        for number in 0...calls.count { try await server.expectSays("\"id\":\(number),") }
        let output = try server.output()
        expectClean(output, "the tools of a model (\(when))")
        let silent = ["\"id\":0,", "\"id\":4,", "\"id\":6,"]
        for line in output.split(separator: "\n") where line.hasPrefix("{") && !silent.contains(where: { line.contains($0) }) {
            #expect(line.contains("redacted:"), "\(line)")
        }
        try server.signal(SIGTERM)
        _ = try await server.ended()
    }

    /// A person at a terminal, who opens what the worker has made and what the gate prints, and has the gate go on.
    private func watch(_ fixture: CompanyFixture, _ run: RunningCco, _ go: String) async throws {
        func permit(_ file: String) { #expect(FileManager.default.createFile(atPath: file, contents: nil)) }
        guard RealTerminal.isSetUp else {
            permit(go + ".worker")
            try await fixture.command(["sh", "-c", "read line < \(go).gate"])
            return permit(go)
        }
        try await RealTerminal.with(fixture, ["watch"]) { terminal in
            try await terminal.resize(columns: 150, rows: 40)
            try await terminal.shows("the run") { $0[0].contains("working") }
            try await terminal.type("2", "d")
            let difference = try await terminal.shows("what the worker has made") { $0.contains { $0.hasPrefix("+It is for") } }
            expectClean(difference.joined(separator: "\n"), "the difference in cco watch")
            permit(go + ".worker")
            try await terminal.type("q", "3")
            try await fixture.command(["sh", "-c", "read line < \(go).gate"])
            try await terminal.shows("the change at its gate") { $0.contains { $0.contains("gating") } }
            try await terminal.type("Down", "l")
            let log = try await terminal.shows("what the gate prints") { $0.contains { $0.hasPrefix("SERVICE_TOKEN=") } }
            expectClean(log.joined(separator: "\n"), "the gate's log in cco watch")
            try await terminal.type("q", "2")
            let tasks = try await terminal.shows("the tasks") { $0.contains { $0.contains("Write file 1 for") } }
            expectClean(tasks.joined(separator: "\n"), "the tasks in cco watch")
            permit(go)
            try await terminal.shows("the end of the run") { $0[0].contains("ended: complete") }
            let end = try await terminal.shows("the tasks") { $0.contains { $0.contains("Write file 1 for") } }
            expectClean(end.joined(separator: "\n"), "the tasks of the ended run in cco watch")
            try await terminal.type("q")
            try await terminal.shows("the shell") { $0.contains("left with 0") }
        }
    }
}

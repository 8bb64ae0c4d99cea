import Engine
import Foundation
import JSON
import Orchestration
import Processes
import Testing

@testable import TestSupport

/// Agents that reach for the controls of their own run.
@Suite(
    "An agent at the controls", .serialized, .enabled(if: RealCLI.isSetUp && InterfaceTools.folder != nil, "run scripts/setup first"))
struct IntruderTests {
    @Test(
        "neither the pages, with the token in hand, nor the socket, nor cco answers an agent or takes its orders; a person beside it is answered",
        .timeLimit(.minutes(5)))
    func refused() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "cco-intruder-\(UUID().uuidString).sh").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        var prying = CompanyPlan.synthetic(tasks: 1)
        prying.goals[0].tasks[0].steps.insert(.run("sh \(file)"), at: 0)
        let plan = prying
        let (company, witness, gate) = (CompanyScript(plan), Witness(), Latch())
        let script = WatchedScript(
            witness.watching(
                ClosureScript { request in
                    if request.isWorkers { await gate.wait() }
                    return await company.reply(to: request)
                })
        ) { $0.isWorkers }
        try await CompanyFixture.with(plan, script: script) { fixture in
            let run = try await fixture.begin(["start"])
            await script.seen()
            let web = try await fixture.web()
            let folder = try #require(try Workspace(path: fixture.config + "/workspace").currentRun())
            let socket = Workspace(path: fixture.config + "/workspace").socketPath
            let attempts = Self.attempts(web, socket: socket, config: fixture.config)
            let text = attempts.map { "echo '== \($0.name)'\n\($0.command)\n" }.joined()
            try Data(text.utf8).write(to: URL(filePath: file))
            await gate.open()
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            // A person who has the token and the socket is answered all the time.
            let (status, _) = try await web.ask("/api/v1/status")
            #expect(status == 200)
            try await web.stop()

            let said = try #require(witness.sights.flatMap(\.results).first { $0.text.contains("== ") }?.text)
            let answers = said.split(separator: "== ").map(String.init)
            #expect(answers.count == attempts.count, "\(said)")
            for (attempt, answer) in zip(attempts, answers) {
                #expect(answer.hasPrefix(attempt.name) && answer.contains(attempt.refusal), "\(answer)")
                #expect(!answer.contains(folder.id.name) && !answer.contains("status=200"), "\(answer)")
            }
            #expect(try fixture.ordersTaken().isEmpty)
            try await fixture.expectSound(gate: plan.verifyCommand)
        }
    }

    private struct Attempt {
        var name: String
        var command: String
        /// What the answer has to hold.
        var refusal = "status=403"
    }

    /// What the worker's shell tries; each prints what it was answered.
    private static func attempts(_ web: RunningWeb, socket: String, config: String) -> [Attempt] {
        let curl = "curl -s -m 20 -w ' status=%{http_code}\\n'"
        let order = #"{"id":"mine","kind":"set","setting":"budget","value":5000,"by":"Ada"}"#
        let post = "-X POST -H 'Content-Type: application/json' -d '\(order)'"
        let pages = "-H 'Authorization: Bearer \(web.token)' \(web.address)"
        let unix = "--unix-socket \(socket) http://localhost"
        /// Without what marks its environment, in a session of its own, and with its parent gone.
        func orphaned(_ command: String) -> String {
            """
            cat > .orphan.sh <<'END'
            \(command) > .orphan.out 2>&1
            mv .orphan.out .orphan.done
            END
            env -i PATH="$PATH" setsid -f sh .orphan.sh < /dev/null > /dev/null 2>&1
            until [ -e .orphan.done ]; do sleep 0.1; done
            cat .orphan.done
            rm .orphan.*
            """
        }
        return [
            Attempt(name: "pages", command: "\(curl) \(pages)/api/v1/status"),
            Attempt(name: "link", command: "\(curl) '\(web.address)/?token=\(web.token)'"),
            Attempt(name: "web order", command: "\(curl) \(post) \(pages)/api/v1/orders"),
            Attempt(name: "socket", command: "\(curl) \(unix)/v1/status"),
            Attempt(name: "socket order", command: "\(curl) \(post) \(unix)/v1/orders"),
            Attempt(name: "orphan", command: orphaned("\(curl) \(pages)/api/v1/status")),
            Attempt(name: "orphan at the socket", command: orphaned("\(curl) \(unix)/v1/status")),
            Attempt(
                name: "cco", command: "\(BuiltProducts.cco) set budget 5000 --as Ada --config \(config) 2>&1 || true",
                refusal: "may neither look"),
            Attempt(name: "cco pause", command: "\(BuiltProducts.cco) pause --config \(config) 2>&1 || true", refusal: "may neither look"),
        ]
    }
}

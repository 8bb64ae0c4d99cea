import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Roles on the wire", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct RoleTests {
    /// What the model got of its standing part, by the tools it came with.
    private final class Wire: Sendable {
        struct Standing: Hashable {
            var tools: [String]
            var system: String
            /// Characters of a session's whole first request, prompt included: more than its fixed part.
            var firstRequest: Int?
        }

        /// Everything that comes before the conversation, in the order in which it goes over the wire. What the provider caches begins with it.
        private let heads = Mutex<[String: Set<String>]>([:])

        /// The heads by role and kind of report, which is a tool.
        var headsByReport: [String: Set<String>] { heads.withLock { $0 } }

        private let seen = Mutex<Set<Standing>>([])

        func record(_ request: ModelRequest) {
            guard !request.isSideRequest else { return }
            let isFirst = request.promptCount == 1 && request.assistantTurnsSinceLastUserPrompt == 0
            let standing = Standing(
                tools: request.tools.map(\.name).sorted(), system: request.systemText, firstRequest: isFirst ? request.characters : nil)
            seen.withLock { _ = $0.insert(standing) }
            // The CLI adds a placeholder without any use to some requests.
            let tools = request.tools.filter { $0.name != "DeferredToolPlaceholder" }.map { "\($0.name) \($0.inputSchema)" }
            let role = request.systemText.split(separator: "\n").first { $0.hasPrefix("# Your role") } ?? ""
            heads.withLock {
                _ = $0["\(role) \(request.reportSchema ?? "")", default: []].insert(tools.joined(separator: "\n") + request.systemText)
            }
        }

        var all: Set<Standing> { seen.withLock { $0 } }
    }

    @Test("each role gets only its tools, a worker's fixed part stays below 5.5k tokens, and the head is the same in every turn of a role")
    func fixedPart() async throws {
        let plan = CompanyPlan.synthetic(tasks: 4, teams: 2, rates: .init(reworksEvery: 2))
        let wire = Wire()
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            wire.record(request)
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 4, "engineerManagerGroupSize": 2]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            let workers = wire.all.filter { $0.tools.contains("Bash") }
            let managers = wire.all.filter { !$0.tools.contains("Bash") }
            #expect(!workers.isEmpty && !managers.isEmpty)
            #expect(workers.contains { $0.firstRequest != nil }, "no worker's first request was seen")
            for worker in workers {
                // The CLI adds a placeholder without any use to some requests.
                #expect(
                    Set(worker.tools).subtracting(["DeferredToolPlaceholder"]) == ["Bash", "Edit", "Read", "Write", "StructuredOutput"])
                if let first = worker.firstRequest { #expect(first / 4 <= 5_500, "a worker's first request is \(first / 4) tokens") }
            }
            for manager in managers {
                #expect(Set(manager.tools).subtracting(["DeferredToolPlaceholder"]) == ["Glob", "Grep", "Read", "StructuredOutput"])
            }
            // One standing text for each role (worker, engineering manager, Director), the same byte for byte whoever the agent is.
            let heads = Set(wire.all.map(\.system))
            #expect(heads.count == 3, "there are \(heads.count) different heads")
            // With the tools: one for each kind of report of a role. Managers' conversations do not go on from one kind to another.
            #expect(wire.headsByReport.count == 6, "\(wire.headsByReport.keys)")
            #expect(wire.headsByReport.values.allSatisfy { $0.count == 1 }, "a head changes between turns")
        }
    }

    @Test("a manager that tries to write is refused, and nothing changes")
    func managersCannotWrite() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let company = CompanyScript(plan)
        let attempts = Mutex<[String]>([])
        let script = ClosureScript { request in
            guard !request.tools.contains(where: { $0.name == "Bash" }), request.promptCount == 1 else {
                return await company.reply(to: request)
            }
            switch request.assistantTurnsSinceLastUserPrompt {
            case 0:
                return .message(
                    .call("Write", ["file_path": "intruder.txt", "content": "written by a manager"]),
                    .call("Bash", ["command": "echo written by a manager > intruder.txt"]))
            default:
                if request.assistantTurnsSinceLastUserPrompt == 1 { attempts.withLock { $0 = request.toolResults.map(\.text) } }
                return await company.reply(to: request)
            }
        }
        try await CompanyFixture.with(plan, script: script) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            let refusals = attempts.withLock { $0 }
            #expect(refusals.count == 2 && refusals.allSatisfy { $0.contains("No such tool") }, "the tools answered: \(refusals)")
            #expect(try await !fixture.files().contains("intruder.txt"))
        }
    }

    @Test("prompts from the configuration folder replace the built-in ones, and a misnamed one is refused")
    func overrides() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        let wire = Wire()
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            wire.record(request)
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script) { fixture in
            let folder = fixture.config + "/prompts"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("# House rules\n\nDo the task, commit it, and report.\n".utf8).write(to: URL(filePath: folder + "/worker.md"))
            try Data("x".utf8).write(to: URL(filePath: folder + "/wroker.md"))
            let refused = try await fixture.cco(["start"])
            #expect(refused.exit == .exited(65), "\(refused.errorText)")
            #expect(refused.errorText.contains("worker.md"))
            try FileManager.default.removeItem(atPath: folder + "/wroker.md")
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\n\(result.errorText)")
            #expect(wire.all.contains { $0.tools.contains("Bash") && $0.system.contains("# House rules") })
        }
    }

    @Test("an edit of the direction on the base branch reaches the Director during the run")
    func directionEdited() async throws {
        let plan = CompanyPlan.synthetic(tasks: 3)
        let words = "One more thing: be kind to the reader."
        let sawEdit = Mutex(false)
        let company = CompanyScript(plan)
        let watched = WatchedScript(
            ClosureScript { request in
                let isManager = !request.tools.contains { $0.name == "Bash" }
                if isManager,
                    request.messages.contains(where: { message in
                        message.blocks.contains { if case .text(let text) = $0 { text.contains(words) } else { false } }
                    })
                {
                    sawEdit.withLock { $0 = true }
                }
                return await company.reply(to: request)
            }
        ) { $0.tools.contains { $0.name == "Bash" } }
        try await CompanyFixture.with(plan, script: watched, options: ["workerCount": 1]) { fixture in
            let run = try await fixture.begin(["start"])
            await watched.seen()
            let clone = try await fixture.freshClone()
            let path = clone + "/PROJECT_DIRECTION.md"
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            try Data((text + "\n" + words + "\n").utf8).write(to: URL(filePath: path))
            try await fixture.git(["-C", clone, "commit", "-q", "-a", "-m", "Edit the direction"])
            try await fixture.git(["-C", clone, "push", "-q", "origin", "main"])
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            #expect(sawEdit.withLock { $0 }, "the Director never saw the edit")
            #expect(try await fixture.git(["--git-dir", fixture.origin, "show", "main:PROJECT_DIRECTION.md"]).contains(words))
        }
    }
}

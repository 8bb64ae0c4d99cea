import Foundation
import JSON
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Questions and approvals", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct QuestionTests {
    private func questions(_ fixture: CompanyFixture) async throws -> [RunStatus.QuestionStatus] {
        let result = try await fixture.cco(["questions", "--json"])
        return try JSONDecoder().decode([RunStatus.QuestionStatus].self, from: Data(result.outputText.utf8))
    }

    private func expectSaid(_ result: ChildCommandResult, _ text: String, _ location: SourceLocation = #_sourceLocation) {
        #expect(result.outputText == text, "\(result.outputText)\(result.errorText)", sourceLocation: location)
    }

    @Test("a blocked worker's question is answered by a person, also after kill -9, or in time by its default", arguments: [true, false])
    func question(isAnswered: Bool) async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let title = UndisturbedRun.plan.tasks[0].title
        let replies = Mutex<[String]>([])
        let script = ClosureScript { request in
            guard request.isWorkers, request.firstUserText?.contains(title) == true else { return await company.reply(to: request) }
            if request.promptCount == 1 {
                let question: JSONValue = ["text": "Which colour?", "options": ["red", "green"], "default": "red", "minutes": 1]
                return .report(["status": "blocked", "summary": "A person has to say the colour.", "question": question])
            }
            if request.assistantTurnsSinceLastUserPrompt == 0 { replies.withLock { $0.append(request.lastUserText ?? "") } }
            let reply = await company.reply(to: request)
            return isAnswered ? reply.acknowledging("message-1") : reply
        }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script) { fixture in
            var run = try await fixture.begin(["start"])
            try await run.expectSays("ASKS (question-1")
            if isAnswered {
                let shown = try await fixture.cco(["questions"])
                #expect(shown.outputText.contains("2. green") && shown.outputText.contains("the task waits"), "\(shown.outputText)")
                try await run.kill()
                run = try await fixture.begin(["resume"])
                try await run.expectSays("Taken up again")
                let answer = ["answer", "question-1", "2", "--as", "Ada", "--request-id", "once"]
                let words = "Question-1 is answered; message-1 brings it to worker-"
                let first = try await fixture.cco(answer)
                #expect(first.outputText.hasPrefix(words), "\(first.outputText)\(first.errorText)")
                expectSaid(try await fixture.cco(answer), first.outputText)
                let late = try await fixture.cco(["answer", "question-1", "1", "--as", "Eve"])
                #expect(late.exit == .exited(64) && late.errorText.contains("question-1 is answered already"), "\(late.errorText)")
            }
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            let words = isAnswered ? "The answer: green" : "your default counts: red"
            #expect(replies.withLock { $0.count { $0.contains(words) } } == 1, "\(replies.withLock { $0 })")
            #expect(try await questions(fixture).map(\.state) == [isAnswered ? "answered" : "defaulted"])
            guard isAnswered else { return }
            let mail = try await fixture.cco(["messages", "--json"])
            let messages = try JSONDecoder().decode([RunStatus.MessageStatus].self, from: Data(mail.outputText.utf8))
            #expect(messages.map(\.state) == ["acknowledged"] && messages.map(\.sender) == ["Ada"])
        }
    }

    @Test("the plan waits for a person, goes back with the reason, and is carried out once it is approved")
    func plan() async throws {
        let company = CompanyScript(UndisturbedRun.plan)
        let reasons = Mutex(0)
        let script = ClosureScript { request in
            if !request.isWorkers,
                request.lastUserText?.contains("Ada, who is in charge of this run, rejects the plan: Fewer files.") == true
            {
                reasons.withLock { $0 += 1 }
            }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(UndisturbedRun.plan, script: script, options: ["approve": "plan"]) { fixture in
            let run = try await fixture.begin(["start"])
            try await run.expectSays("NEEDS APPROVAL (approval-1)")
            let status = try await fixture.cco(["status"])
            #expect(
                status.outputText.contains("Questions to you") && status.outputText.contains("cco approve approval-1"),
                "\(status.outputText)")
            let open = try #require(try await questions(fixture).first)
            #expect(open.kind == "plan" && open.deadline == nil && open.plan?.count == UndisturbedRun.plan.tasks.count)
            expectSaid(
                try await fixture.cco(["reject", "approval-1", "Fewer files.", "--as", "Ada"]),
                "Approval-1 is rejected; director gets the reason.\n")
            try await run.expectSays("NEEDS APPROVAL (approval-2)")
            expectSaid(try await fixture.cco(["approve", "approval-2", "--as", "Ada"]), "Approval-2 is approved.\n")
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            #expect(reasons.withLock { $0 } > 0)
            #expect(try await questions(fixture).map(\.state) == ["rejected", "approved"])
        }
    }

    @Test("nothing goes to the base branch that a person has not approved")
    func promotion() async throws {
        try await CompanyFixture.with(UndisturbedRun.plan, options: ["approve": "promotion"]) { fixture in
            let before = try await fixture.git(["--git-dir", fixture.origin, "rev-parse", "main"])
            let run = try await fixture.begin(["start"])
            try await run.expectSays("NEEDS APPROVAL (approval-1)")
            try await run.expectSays("NEEDS APPROVAL (approval-2)")
            #expect(try await fixture.git(["--git-dir", fixture.origin, "rev-parse", "main"]) == before)
            for number in 1...9 {
                guard try await run.says("NEEDS APPROVAL (approval-\(number))") else { break }
                let approved = try await fixture.cco(["approve", "approval-\(number)"])
                #expect(approved.exit == .exited(0), "\(approved.errorText)")
            }
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            #expect(try await questions(fixture).allSatisfy { $0.state == "approved" && $0.commit != nil })
            try await fixture.expectSound(gate: UndisturbedRun.plan.verifyCommand)
        }
    }
}

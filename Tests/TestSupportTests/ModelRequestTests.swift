import JSON
import Testing

@testable import TestSupport

@Suite("A model request")
struct ModelRequestTests {
    typealias Body = MessagesBody

    @Test("shows the prompt without what the CLI added to it")
    func promptWithoutAdditions() throws {
        let request = try Body.request([Body.opening("Do it."), Body.environment])
        #expect(request.firstUserText == "Do it.")
        #expect(request.lastUserText == "Do it.")
        #expect(request.promptCount == 1)
        #expect(request.assistantTurnsSinceLastUserPrompt == 0)
        #expect(request.toolResults.isEmpty)
        #expect(request.systemText == "You are Claude Code.\n\nBe a worker.")
        #expect(request.model == "claude-test")
        #expect(request.conversation == "s1")
        #expect(request.isStreamed)
    }

    @Test("counts the model's answers since the prompt and gives the results of the last tools")
    func positionInTurn() throws {
        let request = try Body.request([
            Body.opening("Do it."), Body.environment, Body.assistant(Body.text("I look."), Body.call("Bash", id: "t1")),
            Body.user(Body.result(of: "t1", "a.txt")), Body.assistant(Body.call("Bash", id: "t2"), Body.call("Read", id: "t3")),
            Body.user(Body.result(of: "t2", "no", isError: true), Body.result(of: "t3", "text"), Body.reminder),
        ])
        #expect(request.assistantTurnsSinceLastUserPrompt == 2)
        #expect(
            request.toolResults == [
                .init(toolUseID: "t2", text: "no", isError: true), .init(toolUseID: "t3", text: "text", isError: false),
            ])
        #expect(request.latestResult(of: "Bash")?.text == "no")
        #expect(request.latestResult(of: "Read")?.text == "text")
        #expect(request.latestResult(of: "Write") == nil)
        #expect(request.messages[2].blocks == [.text("I look."), .toolUse(id: "t1", name: "Bash", input: #"{"command":"ls"}"#)])
    }

    @Test("starts a new turn at a prompt that comes in one message with the last turn's tool result")
    func resumedTurn() throws {
        let request = try Body.request([
            Body.opening("First."), Body.environment, Body.assistant(Body.call("StructuredOutput", id: "t1")),
            Body.user(Body.result(of: "t1", "ok"), Body.text("Second.")),
        ])
        #expect(request.firstUserText == "First.")
        #expect(request.lastUserText == "Second.")
        #expect(request.promptCount == 2)
        #expect(request.assistantTurnsSinceLastUserPrompt == 0)
    }

    @Test("starts a new turn at the prompt that follows an interruption")
    func interruptedTurn() throws {
        let request = try Body.request([
            Body.opening("First."), Body.assistant(Body.call("Bash", id: "t1")),
            Body.user(Body.result(of: "t1", "Exit code 137", isError: true), Body.text("[Request interrupted by user for tool use]")),
            Body.assistant(Body.text("No response requested.")), Body.user(Body.text("Go on.")),
        ])
        #expect(request.promptCount == 2)
        #expect(request.assistantTurnsSinceLastUserPrompt == 0)
    }

    @Test("takes a reminder of the missing report for a step of the same turn")
    func reportReminder() throws {
        let request = try Body.request([
            Body.opening("Do it."), Body.assistant(Body.text("Done.")), Body.user(Body.text("[structured-output-enforce] You MUST call")),
        ])
        #expect(request.isReportReminder)
        #expect(request.lastUserText == "Do it.")
        #expect(request.assistantTurnsSinceLastUserPrompt == 1)
        #expect(try Body.request([Body.opening("Do it.")]).isReportReminder == false)
    }

    @Test("tells the report's schema, or that none is wanted")
    func reportSchema() throws {
        let schema = try Body.request([Body.opening("x")]).reportSchema
        #expect(schema == #"{"properties":{"done":{"type":"boolean"}},"type":"object"}"#)
        let plain = try Body.request([Body.opening("x")], tools: [["name": "Bash", "input_schema": [:]]])
        #expect(plain.reportSchema == nil)
        #expect(plain.tools.map(\.name) == ["Bash"])
    }

    @Test("is housekeeping if it offers no tool or asks for a summary")
    func sideRequests() throws {
        #expect(try Body.request([Body.opening("x")]).isSideRequest == false)
        #expect(try Body.request([Body.opening("x")], tools: []).isSideRequest)
        let summary = Body.user(Body.result(of: "t1", "ok"), Body.text("CRITICAL: Respond with TEXT ONLY. Do NOT call any tools."))
        #expect(try Body.request([Body.opening("x"), Body.assistant(Body.call("Bash", id: "t1")), summary]).isSideRequest)
    }

    @Test("belongs to the session of the header, else of the metadata, else to its first prompt")
    func conversation() throws {
        let body = Array(try Body.body([Body.opening("Do it.")], session: "from-metadata").utf8)
        #expect(try ModelRequest(body: body, number: 1, credential: nil, session: "from-header").conversation == "from-header")
        #expect(try ModelRequest(body: body, number: 1, credential: nil, session: nil).conversation == "from-metadata")
        let plain = Array(#"{"model":"m","messages":[{"role":"user","content":"Hello"}],"metadata":{"user_id":"someone"}}"#.utf8)
        let request = try ModelRequest(body: plain, number: 1, credential: nil, session: nil)
        #expect(request.conversation == "prompt:Hello")
        #expect(request.isStreamed == false)
        #expect(request.lastUserText == "Hello")
    }

    @Test(
        "is refused with the reason if it is no request",
        arguments: [
            ("{", ModelRequest.Malformed.notJSON), ("{}", .missing(member: "model")), (#"{"model":"m"}"#, .missing(member: "messages")),
            (#"{"model":"m","messages":[{"role":"nobody"}]}"#, .missing(member: "role")),
        ])
    func malformed(body: String, reason: ModelRequest.Malformed) {
        #expect(throws: reason) { try ModelRequest(body: Array(body.utf8), number: 1, credential: nil, session: nil) }
    }
}

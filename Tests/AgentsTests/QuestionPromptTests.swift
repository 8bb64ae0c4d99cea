import Orchestration
import Testing

@testable import Agents

@Suite("Prompts about questions")
struct QuestionPromptTests {
    @Test(
        "whoever went on after a question is told what counts, and what to do with it; a fresh session is told the task too",
        arguments: [true, false])
    func proceed(isContinuing: Bool) throws {
        let reason = "Nobody has answered question-1 in time, so your default counts: MIT"
        let material = Sample.material(role: .worker, brief: .proceed(ID("task", 1), reason: reason), continuing: isContinuing)
        let turn = try PromptLibrary().render(material)
        #expect(turn.userPrompt.contains("asked a person. \(reason)\n\nGo on accordingly"), "\(turn.userPrompt)")
        #expect(turn.userPrompt.contains("Done when: ") == !isContinuing, "\(turn.userPrompt)")
    }

    @Test("each role is told when to ask, and every report has the place for it", arguments: [Role.worker, .engineerManager, .director])
    func roles(_ role: Role) throws {
        let brief: Brief = role == .worker ? .work(ID("task", 1)) : .assess
        let turn = try PromptLibrary().render(Sample.material(role: role, brief: brief, continuing: false))
        #expect(turn.systemPrompt.contains("Only where a wrong guess") || turn.systemPrompt.contains("only where a wrong guess"))
        #expect(turn.systemPrompt.contains("`question`") && turn.systemPrompt.contains("`default`"))
        #expect(turn.schema.contains("\"question\":{"))
    }
}

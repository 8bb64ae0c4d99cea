import Agents
import Testing

@testable import Engine
@testable import Orchestration

@Suite("Which model a turn runs with")
struct ModelChoiceTests {
    private var choice: ModelChoice {
        var choice = ModelChoice()
        choice.roles = [.worker: .init(model: "sonnet", effort: .medium), .director: .init(model: "opus")]
        choice.sizes = [.small: .init(model: "haiku"), .large: .init(effort: .high)]
        choice.purposes = [.conflict: .init(model: "opus", effort: .high)]
        choice.scarce = [.worker: .init(model: "haiku")]
        choice.escalated = [.worker: .init(model: "opus"), .director: .init(effort: .max)]
        return choice
    }

    private func turn(
        _ role: Role, size: TaskSize? = nil, isEscalated: Bool? = nil, isScarce: Bool? = nil, brief: Brief = .assess
    ) -> Turn {
        var turn = Turn(
            id: ID("turn-1"), agent: ID("worker-1"), role: role, brief: brief, session: "", resumes: false, carriesOn: false,
            credential: ID("key-1"), startPoint: ObjectID(String(repeating: "0", count: 40))!, startedAt: Timestamp(milliseconds: 0),
            deadline: Timestamp(milliseconds: 1))
        turn.size = size
        turn.isEscalated = isEscalated
        turn.isScarce = isScarce
        return turn
    }

    @Test("what is set more specially counts: a failure before the task's size before the role")
    func layers() {
        #expect(choice[turn(.worker)] == .init(model: "sonnet", effort: .medium))
        #expect(choice[turn(.worker, size: .small)] == .init(model: "haiku", effort: .medium))
        #expect(choice[turn(.worker, size: .large)] == .init(model: "sonnet", effort: .high))
        #expect(choice[turn(.worker, size: .small, isEscalated: true)] == .init(model: "opus", effort: .medium))
        #expect(choice[turn(.director, size: .small, isEscalated: true)] == .init(model: "opus", effort: .max))
        #expect(choice[turn(.engineerManager)] == .init())
        #expect(choice[turn(.worker, size: .large, isScarce: true)] == .init(model: "haiku", effort: .high))
        #expect(choice[turn(.director, isScarce: true)] == .init(model: "opus"))
        let conflict = Brief.resolveConflict(ID("task-1"), target: ObjectID(String(repeating: "0", count: 40))!, files: [])
        #expect(choice[turn(.worker, isScarce: true, brief: conflict)] == .init(model: "opus", effort: .high))
    }
    @Test("while a window runs short the strongest models are left to the Director, unless somebody has said otherwise")
    func spares() {
        let scarce = { (choice: ModelChoice, role: Role, size: TaskSize?) in
            choice.setting(role: role, purpose: .work, size: size, isEscalated: false, isScarce: true).model
        }
        var choice = ModelChoice()
        // What the agent's program chooses may be the strongest.
        #expect(scarce(choice, .worker, nil) == "sonnet" && scarce(choice, .engineerManager, nil) == "sonnet")
        #expect(scarce(choice, .director, nil) == nil)
        choice.roles = [
            .worker: .init(model: "claude-opus-5"), .engineerManager: .init(model: "gateway-model"), .director: .init(model: "opus"),
        ]
        choice.sizes = [.small: .init(model: "haiku"), .large: .init(model: "fable")]
        #expect(scarce(choice, .worker, nil) == "sonnet" && scarce(choice, .worker, .large) == "sonnet")
        #expect(scarce(choice, .worker, .small) == "haiku", "no task gets a stronger model because little is left of it")
        #expect(scarce(choice, .engineerManager, nil) == "gateway-model" && scarce(choice, .director, nil) == "opus")
        #expect(choice.setting(role: .worker, purpose: .work, size: nil, isEscalated: false, isScarce: false).model == "claude-opus-5")
        choice.escalated = [.worker: .init(model: "opus")]
        #expect(choice.setting(role: .worker, purpose: .work, size: nil, isEscalated: true, isScarce: true).model == "opus")
        choice.scarce = [.worker: .init(model: "opus")]
        #expect(scarce(choice, .worker, nil) == "opus")
    }
}

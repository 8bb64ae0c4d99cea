import Agents
import Foundation
import Processes
import Testing

@testable import Engine
@testable import Orchestration

@Suite("Saying something to an agent", .timeLimit(.minutes(1)))
struct MessageExecutionTests {
    private static let turn: TurnID = ID("turn-1")
    private let message = Message(
        id: ID("message-1"), turn: turn, uuid: "u-1", sender: .person("Ada"), text: "Look here.", interrupts: false)
    private let running = RunningTurns(backend: LineBackend()) { turn, error in Issue.record("\(turn) could not be stopped: \(error)") }

    private var execution: MessageExecution { MessageExecution(backend: LineBackend(), running: running) }

    private func state() -> Run {
        var run = Run(id: ID("run-1"), settings: EngineFixture.settings, seed: 1, at: ManualClock.begin)
        run.apply(.messageAddressed(message), at: ManualClock.begin)
        return run
    }

    /// An agent that repeats what it hears until its input ends.
    private func agent(_ folder: TemporaryFolder, followsInput: Bool = true) async throws -> SupervisedProcess {
        var specification = SupervisedProcess.Specification(
            directory: folder.path + "/turn", marker: "test/\(folder.path)", command: ["/bin/cat"], workingDirectory: "/")
        specification.followsInput = followsInput
        return try await ShimLauncher(shimExecutable: EngineFixture.shim()).launch(
            specification, environment: [:], standardInput: Array("prompt\n".utf8))
    }

    @Test("waits for the process, and says it once however often it is tried")
    func once() async throws {
        let folder = try TemporaryFolder()
        let run = state()
        async let first = execution.say(message.id) { run }
        let process = try await agent(folder)
        running.began(Self.turn, process)
        #expect(try await first == nil)
        #expect(try await execution.say(message.id) { run } == nil)
        try process.endInput()
        _ = try await process.waitForExit()
        let output = try String(contentsOfFile: folder.path + "/turn/stdout", encoding: .utf8)
        #expect(output == "prompt\nu-1 Look here.\n")
        #expect(try await execution.say(ID("message-1")) { run } == nil, "it is there already")
    }

    @Test("gives up when it is cancelled, and says why it cannot be said when the agent takes nothing")
    func refused() async throws {
        let run = state()
        // Asked for the state it has not looked for the process yet; whichever is first, it hears of the end.
        let waiting = _Concurrency.Task { [execution, message] in try await execution.say(message.id) { run } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        let folder = try TemporaryFolder()
        let process = try await agent(folder, followsInput: false)
        running.began(Self.turn, process)
        #expect(try await execution.say(message.id) { run } == "the agent takes no more messages")
        _ = try await process.waitForExit()
        #expect(try await execution.say(ID("message-7")) { run } == nil, "one that is no longer open is done with")
    }

    @Test("an agent that rests has its input ended, and is ended itself when it does not mind that")
    func rest() async throws {
        let folder = try TemporaryFolder()
        let process = try await agent(folder)
        let clock = ManualClock()
        let stops = Watched(0)
        let input = try TurnInput(of: process, clock: clock) { stops.change { $0 += 1 } }
        try await input.take(Observation(rest: .brokenOff)) { true }
        #expect(try process.saidSoFar().last == UInt8(ascii: "\n"), "a message is on its way, and the input has ended")
        try await input.take(Observation(rest: .done)) { true }
        #expect(try await process.waitForExit().exit == .exited(0))
        await clock.waiting.until { !$0.isEmpty }
        // A message that came too late makes another round.
        try await input.take(Observation(progress: [.began])) { false }
        await clock.waiting.until { $0.isEmpty }
        try await input.take(Observation(rest: .done)) { false }
        await clock.waiting.until { !$0.isEmpty }
        clock.advance(byMilliseconds: 60_000)
        await stops.until { $0 == 1 }
        input.forget()
    }
}

/// An agent whose messages are plain lines.
private struct LineBackend: AgentBackend {
    func conversation(of session: String) -> [String?] { [] }

    func invocation(for order: TurnOrder) -> Invocation {
        Invocation(
            executable: "/bin/cat", arguments: [], standardInput: Invocation.File(path: order.turnDirectory + "/stdin", contents: ""),
            takesMessages: true, files: [], environment: [:])
    }

    func input(for message: Message) -> String? { "\(message.uuid) \(message.text)\n" }

    func reader(for order: TurnOrder) -> any TurnReading { preconditionFailure("nothing is read here") }
}

import Agents
import Foundation
import Processes
import Testing

@testable import Engine
@testable import Orchestration

@Suite("Holding turns back", .timeLimit(.minutes(1)))
struct HoldingBackTests {
    private static let turn: TurnID = ID("turn-1")
    private let running = RunningTurns(backend: HeldBackend()) { turn, error in Issue.record("\(turn) could not be stopped: \(error)") }

    /// An agent that says nothing, or a word, and then waits for the end of its input.
    private func agent(_ folder: TemporaryFolder, saying word: String? = nil) async throws -> SupervisedProcess {
        let script = "\(word.map { "echo \($0); " } ?? "")read line; read line; echo ended"
        var specification = SupervisedProcess.Specification(
            directory: folder.path + "/turn", marker: "test/\(folder.path)", command: ["/bin/sh", "-c", script], workingDirectory: "/")
        specification.followsInput = true
        return try await ShimLauncher(shimExecutable: EngineFixture.shim()).launch(
            specification, environment: [:], standardInput: Array("prompt\n".utf8))
    }

    private func file(_ folder: TemporaryFolder) -> String { folder.path + "/turn/hold" }

    @Test("a process that has said something goes on, and finds that it is to ask no more")
    func speaking() async throws {
        let folder = try TemporaryFolder()
        let process = try await agent(folder, saying: "working")
        running.began(Self.turn, process)
        for try await _ in process.lines() { break }
        #expect(!running.isNotToBegin(Self.turn))
        running.stop(Self.turn, .credentialRests)
        #expect(running.isHeldBack(Self.turn) && running.isNotToBegin(Self.turn))
        #expect(FileManager.default.contents(atPath: file(folder)) == Data("no more".utf8))
        try process.endInput()
        let record = try await process.waitForExit()
        #expect(record.reason == .exited && record.exit == .exited(0))
        #expect(try String(contentsOfFile: folder.path + "/turn/stdout", encoding: .utf8) == "working\nended\n")
        running.ended(Self.turn)
        #expect(!running.isHeldBack(Self.turn))
    }

    @Test("one that has said nothing is ended at once, also if it is there only later", arguments: [false, true])
    func silent(isLater: Bool) async throws {
        let folder = try TemporaryFolder()
        if isLater { running.stop(Self.turn, .credentialRests) }
        let process = try await agent(folder)
        running.began(Self.turn, process)
        if !isLater { running.stop(Self.turn, .credentialRests) }
        #expect(try await process.waitForExit().reason == .terminated)
        await running.settled(Self.turn)
    }

    @Test("one that only pauses before it asks again is ended at once")
    func retrying() async throws {
        let folder = try TemporaryFolder()
        let process = try await agent(folder, saying: "working")
        running.began(Self.turn, process)
        for try await _ in process.lines() { break }
        let watch = ProgressWatch(limits: .init(silenceMinutes: 30, toolMinutes: 50), clock: ManualClock()) { _ in }
        running.follows(Self.turn, watch, SpendingMeter(.sample(usd: 1), ceiling: SpendingLimits.Ceiling()) { _ in })
        watch.take([.began, .retrying])
        running.stop(Self.turn, .credentialRests)
        #expect(try await process.waitForExit().reason == .terminated)
        await running.settled(Self.turn)
    }
}

/// Holds its agents back by a file.
private struct HeldBackend: AgentBackend {
    func conversation(of session: String) -> [String?] { [] }

    func invocation(for order: TurnOrder) -> Invocation { preconditionFailure("nothing is started here") }

    func hold(in turnDirectory: String) -> Invocation.File? { .init(path: turnDirectory + "/hold", contents: "no more") }

    func reader(for order: TurnOrder) -> any TurnReading { preconditionFailure("nothing is read here") }
}

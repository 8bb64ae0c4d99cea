import Processes
import Testing

@testable import Engine
@testable import Orchestration

@Suite("Starts of turns", .timeLimit(.minutes(1)))
struct TurnStartsTests {
    /// What lets a program that has begun make room for the next one.
    enum Sign: CaseIterable {
        case word, end, time
    }

    private let clock = ManualClock()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A program that waits for a line, and then says a word and waits on, or ends.
    private func program(_ name: String, endsSilently: Bool = false) async throws -> SupervisedProcess {
        let script = "read line; read line; " + (endsSilently ? "exit 0" : "echo working; read line; read line")
        var specification = SupervisedProcess.Specification(
            directory: "\(folder.path)/\(name)", marker: "test/\(folder.path)", command: ["/bin/sh", "-c", script], workingDirectory: "/")
        specification.followsInput = true
        return try await ShimLauncher(shimExecutable: EngineFixture.shim()).launch(
            specification, environment: [:], standardInput: Array("prompt\n".utf8))
    }

    @Test("a program that begins has its place until it says something, ends, or has had time enough", arguments: Sign.allCases)
    func order(sign: Sign) async throws {
        let starts = TurnStarts(clock: clock, places: 1)
        let begun = Watched<[String]>([])
        let first = try await program("first", endsSilently: sign == .end)
        let second = try await program("second")
        @Sendable func start(_ name: String, _ process: SupervisedProcess) async throws {
            _ = try await starts.take {
                begun.change { $0.append(name) }
                return (name, process)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await start("first", first) }
            await clock.waiting.until { $0.count == 1 }
            group.addTask { try await start("second", second) }
            while await starts.waitingCount == 0, !_Concurrency.Task.isCancelled, begun.value.count < 2 { await _Concurrency.Task.yield() }
            #expect(begun.value == ["first"])
            switch sign {
            case .word, .end: #expect(try first.say(Array("go\n".utf8)))
            case .time: clock.advance(byMilliseconds: TurnStarts.longest)
            }
            try await group.next()
            await clock.waiting.until { $0.count == 1 }
            #expect(begun.value == ["first", "second"])
            #expect(try second.say(Array("go\n".utf8)))
        }
        for process in [first, second] { try await process.terminate() }
    }

    @Test("a lead begins before workers that came first")
    func leadsFirst() async throws {
        let starts = TurnStarts(clock: clock, places: 1)
        let begun = Watched<[String]>([])
        let first = try await program("first")
        @Sendable func ask(_ name: String, goesAhead: Bool) async throws {
            let none: (order: Int, process: SupervisedProcess)? = try await starts.take(goesAhead: goesAhead) {
                begun.change { $0.append(name) }
                return nil
            }
            #expect(none == nil)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await starts.take { ("first", first) } }
            await clock.waiting.until { $0.count == 1 }
            for (count, name) in ["worker-1", "worker-2", "em-1", "em-2"].enumerated() {
                group.addTask { try await ask(name, goesAhead: name.hasPrefix("em")) }
                while await starts.waitingCount == count, !_Concurrency.Task.isCancelled, begun.value.isEmpty {
                    await _Concurrency.Task.yield()
                }
            }
            clock.advance(byMilliseconds: TurnStarts.longest)
            try await group.waitForAll()
        }
        #expect(begun.value == ["em-1", "em-2", "worker-1", "worker-2"])
        try await first.terminate()
    }

    @Test("what is not to begin any more waits for nothing")
    func givenUp() async throws {
        let starts = TurnStarts(clock: clock, places: 1)
        let none: (order: Int, process: SupervisedProcess)? = try await starts.take { nil }
        #expect(none == nil)
        #expect(clock.deadlines.isEmpty)
    }
}

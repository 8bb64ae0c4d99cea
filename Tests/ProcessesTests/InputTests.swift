import Glibc
import Testing

@testable import Processes

@Suite("A process that is spoken to", .timeLimit(.minutes(1)))
struct InputTests {
    /// Says every line that it hears, and its end.
    private static let echo = "while read line; do echo \"heard $line\"; done; echo over"

    private func launch(_ turn: Supervision, _ script: String = echo, first: String = "first\n") async throws -> SupervisedProcess {
        try await turn.launch(script, input: Array(first.utf8)) { $0.followsInput = true }
    }

    private func heard(_ process: SupervisedProcess) async throws -> [String] {
        var lines: [String] = []
        for try await line in process.lines() { lines.append(String(decoding: line.bytes, as: UTF8.self)) }
        return lines
    }

    @Test("hears what is appended while it runs, in order, and then the end")
    func grows() async throws {
        let turn = try Supervision()
        let process = try await launch(turn)
        var lines = process.lines().makeAsyncIterator()
        #expect(try await lines.next().map { String(decoding: $0.bytes, as: UTF8.self) } == "heard first")
        #expect(try process.say(Array("second\nthird\n".utf8)))
        #expect(try await lines.next().map { String(decoding: $0.bytes, as: UTF8.self) } == "heard second")
        try process.endInput()
        let record = try await process.waitForExit()
        #expect(record.reason == .exited)
        #expect(record.exit == .exited(0))
        #expect(try await heard(process) == ["heard first", "heard second", "heard third", "over"])
        #expect(try turn.living().isEmpty)
    }

    @Test("hears nothing after its end, and a second end does no harm")
    func ended() async throws {
        let turn = try Supervision()
        let process = try await launch(turn)
        try process.endInput()
        try process.endInput()
        #expect(try process.say(Array("late\n".utf8)) == false)
        _ = try await process.waitForExit()
        #expect(try await heard(process) == ["heard first", "over"])
    }

    @Test("is never given half a line: what a writer that died has left is cut off by the next one")
    func halfALine() async throws {
        let turn = try Supervision()
        let process = try await launch(turn)
        let file = open(turn.directory + "/stdin", O_WRONLY | O_APPEND)
        defer { close(file) }
        try FileSystem.writeAll(Array("second\nhalf a li".utf8), to: file, name: "stdin")
        // Whoever takes it up announces what the dead one could not.
        let adopted = try #require(try SupervisedProcess.attach(directory: turn.directory))
        try adopted.announceInput()
        #expect(try adopted.say(Array("whole\n".utf8)))
        try adopted.endInput()
        _ = try await process.waitForExit()
        #expect(try await heard(process) == ["heard first", "heard second", "heard whole", "over"])
    }

    @Test("hears more than a pipe holds, whole, also when it reads late")
    func large() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let long = String(repeating: "x", count: 300_000)
        let process = try await launch(turn, "\(gate.wait); wc -c", first: long + "\n")
        #expect(try process.say(Array((long + "\n").utf8)))
        try process.endInput()
        try gate.letPass()
        _ = try await process.waitForExit()
        #expect(try await heard(process) == ["600002"])
    }

    @Test("goes on when nobody is left who could speak, and when it does not listen")
    func alone() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await launch(turn, "exec <&-; \(gate.wait); echo done")
        #expect(try process.say(Array(String(repeating: "nobody reads this\n", count: 10_000).utf8)))
        try gate.letPass()
        let record = try await process.waitForExit()
        #expect(record.exit == .exited(0))
        #expect(try await heard(process) == ["done"])
    }

    @Test("whose input is a file cannot be spoken to")
    func plain() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("cat", input: Array("all\n".utf8))
        #expect(try process.say(Array("more\n".utf8)) == false)
        try process.announceInput()
        let record = try await process.waitForExit()
        #expect(record.exit == .exited(0))
        #expect(try await heard(process) == ["all"])
    }
}

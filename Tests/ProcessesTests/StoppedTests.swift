import Glibc
import Testing

@testable import Processes

@Suite("A stopped process", .timeLimit(.minutes(2)))
struct StoppedTests {
    /// Suspends until the kernel has stopped or continued it.
    private func until(_ process: SupervisedProcess, isStopped: Bool) async throws {
        while try process.isStopped != isStopped {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test("a process that somebody has stopped is seen as such, goes on when it is told to, and has lost nothing")
    func goesOn() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("\(gate.wait); echo done")
        #expect(try !process.isStopped)
        let child = try #require(try process.child())
        try child.signal(SIGSTOP)
        try await until(process, isStopped: true)
        try gate.letPass()
        try child.signal(SIGCONT)
        #expect(try await process.waitForExit().exit == .exited(0))
        #expect(try turn.text("stdout") == "done\n")
        #expect(try !process.isStopped, "what has ended is not stopped")
    }

    @Test("terminate ends a stopped process, and lets it act on TERM", arguments: [true, false])
    func stoppedChild(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch("trap 'echo bye; exit 9' TERM; touch ready; while :; do sleep 0.1; done") {
            $0.usesControlGroups = usesControlGroups
            $0.grace = .seconds(60)
        }
        try await turn.folder.untilExists("ready")
        try #require(try process.child()).signal(SIGSTOP)
        try await until(process, isStopped: true)
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.exit == .exited(9))
        #expect(try turn.text("stdout") == "bye\n")
    }

    @Test("terminate ends a process whose shim is stopped, and the shim records it", arguments: [true, false])
    func stoppedShim(childToo: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch("while :; do sleep 100; done") { $0.grace = .seconds(60) }
        try process.shim.signal(SIGSTOP)
        if childToo { try #require(try process.child()).signal(SIGSTOP) }
        try await until(process, isStopped: true)
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.exit == .signaled(SIGTERM))
        #expect(try turn.living().isEmpty)
    }
}

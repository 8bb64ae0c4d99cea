import Foundation
import Orchestration
import Testing

@testable import Merging
@testable import Processes

@Suite("Running a gate", .timeLimit(.minutes(2)))
struct GateRunnerTests {
    /// Waits for ever, and says so first.
    private static let endless = "touch ready; while :; do sleep 100; done"

    @Test("exit code 0 is green; the command runs in the worktree with the given environment and nothing else")
    func green() async throws {
        let gate = try GateFixture()
        guard case .green = try await gate.run("test \"$PWD\" = '\(gate.worktree)' && test -z \"$HOME\" && echo fine") else {
            Issue.record("not green")
            return
        }
        #expect(try String(contentsOfFile: gate.place("gate") + "/stdout", encoding: .utf8) == "fine\n")
    }

    @Test("another exit code is red, with the command, the code and the end of what it printed on both outputs")
    func red() async throws {
        let gate = try GateFixture()
        let command = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; done; echo the reason >&2; exit 3"
        guard case .red(let excerpt, _)? = try await gate.run(command) else {
            Issue.record("not red")
            return
        }
        #expect(excerpt.command == command)
        #expect(excerpt.exitCode == 3)
        #expect(excerpt.ending == "exit code 3")
        #expect(excerpt.tail.contains("line 3000\nthe reason"))
        let lines = excerpt.tail.split(separator: "\n")
        #expect(lines.count <= 80)
        #expect(lines.allSatisfy { $0.hasPrefix("line ") || $0 == "the reason" || $0 == "…" }, "no line is cut in two")
        #expect(try String(contentsOfFile: excerpt.logPath, encoding: .utf8).hasPrefix("line 1\nline 2\n"), "the log has everything")
    }

    @Test("a gate that could not be started says nothing about the commit")
    func notStarted() async throws {
        let gate = try GateFixture()
        try FileManager.default.removeItem(atPath: gate.worktree)
        await #expect { _ = try await gate.run("true") } throws: {
            guard case GateError.notStarted(let reason) = $0 else { return false }
            return reason.contains("cwd")
        }
    }

    @Test("a command that ends by a signal is red without an exit code")
    func signal() async throws {
        let gate = try GateFixture()
        guard case .red(let excerpt, _)? = try await gate.run("kill -9 $$") else {
            Issue.record("not red")
            return
        }
        #expect(excerpt.exitCode == nil)
        #expect(excerpt.ending == "ended by signal 9")
    }

    @Test("a command that writes without end is stopped and red, and its verdict is the same for whoever takes it up")
    func outputLimit() async throws {
        let gate = try GateFixture()
        // Long lines: each is looked at for a failure.
        let command = "yes \"$(printf 'noise%0300d' 0)\""
        for _ in 0..<2 {
            guard case .red(let excerpt, _)? = try await gate.run(command) else {
                Issue.record("not red")
                return
            }
            #expect(excerpt.exitCode == nil)
            #expect(excerpt.ending == "stopped: it wrote more than 1 MB of output (maxOutputMb)")
            #expect(excerpt.tail.contains("noise"))
        }
    }

    @Test("a command that goes on beyond its time limit is stopped and red, with what it had printed")
    func timeLimit() async throws {
        let gate = try GateFixture()
        guard case .red(let excerpt, _)? = try await gate.run("echo so far; while :; do sleep 100; done", milliseconds: 300) else {
            Issue.record("not red")
            return
        }
        #expect(excerpt.exitCode == nil)
        #expect(excerpt.ending == "stopped at its time limit")
        #expect(excerpt.tail.contains("so far"))
        #expect(try ProcessSweep.find(marker: gate.marker).isEmpty)
    }

    @Test("a command that stops its shim, which then keeps no time, is stopped at its time limit all the same")
    func stoppedShim() async throws {
        let gate = try GateFixture()
        let runner = GateRunner(
            launcher: gate.launcher, environment: ["PATH": "/usr/bin:/bin"], outputLimit: GateFixture.outputLimit, patience: .zero)
        let result = try await gate.run("kill -STOP $PPID; " + Self.endless, in: "gate", milliseconds: 2_000, by: runner)
        guard case .red(let excerpt, _)? = result else {
            Issue.record("not red")
            return
        }
        #expect(excerpt.ending == "stopped at its time limit")
        #expect(try ProcessSweep.find(marker: gate.marker).isEmpty)
    }

    @Test("a gate whose supervised process was ended from outside says nothing about the commit")
    func terminated() async throws {
        let gate = try GateFixture()
        async let result = gate.run(Self.endless)
        try await gate.untilExists("ready")
        let process = try #require(try gate.launcher.attach(directory: gate.place("gate")))
        try await process.terminate()
        #expect(try await result == nil)
    }

    @Test("a gate whose shim was killed says nothing about the commit")
    func lost() async throws {
        let gate = try GateFixture()
        async let result = gate.run(Self.endless)
        try await gate.untilExists("ready")
        let process = try #require(try gate.launcher.attach(directory: gate.place("gate")))
        #expect(try process.shim.signal(SIGKILL))
        #expect(try await result == nil)
    }

    @Test("a gate that was ended from outside again and again is red")
    func alwaysLost() async throws {
        let gate = try GateFixture()
        let result = try await gate.runner.run(
            command: "echo so far; kill -9 $PPID; sleep 100", worktree: gate.worktree, folder: gate.place("gate"), marker: gate.marker,
            timeLimitMilliseconds: 60_000, isLossRed: true)
        guard case .red(let excerpt, _)? = result else {
            Issue.record("not red")
            return
        }
        #expect(excerpt.ending == "ended from outside each time it was run, with what watches over it")
        #expect(excerpt.exitCode == nil && excerpt.tail.contains("so far"))
        #expect(try ProcessSweep.find(marker: gate.marker).isEmpty)
    }

    @Test("a gate whose task is cancelled is ended and says nothing about the commit")
    func cancelled() async throws {
        let gate = try GateFixture()
        let task = _Concurrency.Task { try await gate.run(Self.endless) }
        try await gate.untilExists("ready")
        task.cancel()
        #expect(try await task.value == nil)
        #expect(try ProcessSweep.find(marker: gate.marker).isEmpty)
    }

    @Test("a second run in the same folder takes the first one's verdict up; one in another folder runs again")
    func takenUp() async throws {
        let gate = try GateFixture()
        let command = "echo ran >> count; exit 1"
        let first = try await gate.run(command)
        #expect(try await gate.run(command) == first)
        #expect(try String(contentsOfFile: gate.worktree + "/count", encoding: .utf8) == "ran\n")
        _ = try await gate.run(command, in: "again")
        #expect(try String(contentsOfFile: gate.worktree + "/count", encoding: .utf8) == "ran\nran\n")
    }

    @Test("a shim that cannot be started is an error, not a verdict")
    func noShim() async throws {
        let gate = try GateFixture()
        let runner = GateRunner(launcher: ShimLauncher(shimExecutable: "/no/such/shim"), environment: [:], outputLimit: 1 << 20)
        await #expect(throws: SupervisionError.self) {
            try await runner.run(
                command: "true", worktree: gate.worktree, folder: gate.place("gate"), marker: gate.marker, timeLimitMilliseconds: 1000)
        }
    }
}

import Glibc

import Testing

@testable import Processes

@Suite("A child command")
struct ChildCommandTests {
    private let environment = ["PATH": "/usr/bin:/bin"]

    private func shell(_ script: String, input: [UInt8] = [], timeout: Duration = .seconds(60), limit: Int = 16 << 20) -> ChildCommand {
        ChildCommand(
            "/bin/sh", ["-c", script], environment: environment, standardInput: input, timeout: timeout, outputLimit: limit)
    }

    @Test("a non-zero exit is a result with both outputs")
    func nonZeroExit() async throws {
        let result = try await shell("echo out; echo err >&2; exit 3").run()
        #expect(result.exit == .exited(3))
        #expect(!result.succeeded)
        #expect(result.outputText == "out\n")
        #expect(result.errorText == "err\n")
        #expect(!result.truncated)
    }

    @Test("a signal is reported as a signal, also one that its parent may ignore", arguments: [SIGTERM, SIGPIPE])
    func signalExit(signal: Int32) async throws {
        #expect(try await shell("kill -\(signal) $$; sleep 60").run().exit == .signaled(signal))
    }

    @Test("a name is looked up on the PATH of the command's own environment, and nothing else is inherited")
    func environmentIsComplete() async throws {
        let result = try await ChildCommand("env", [], environment: ["PATH": "/usr/bin:/bin", "ONLY": "this"]).run()
        #expect(Set(result.outputText.split(separator: "\n")) == ["PATH=/usr/bin:/bin", "ONLY=this"])
        await #expect(throws: ChildCommandError.executableNotFound("env (the command's environment has no PATH)")) {
            try await ChildCommand("env", [], environment: [:]).run()
        }
    }

    @Test("a missing executable and a missing working directory are told apart")
    func notStarted() async throws {
        await #expect(throws: ChildCommandError.executableNotFound("/no/such/program")) {
            try await ChildCommand("/no/such/program", [], environment: environment).run()
        }
        await #expect(throws: ChildCommandError.executableNotFound("no-such-program")) {
            try await ChildCommand("no-such-program", [], environment: environment).run()
        }
        await #expect(throws: ChildCommandError.workingDirectoryUnusable("/no/such/folder")) {
            try await ChildCommand("/bin/sh", ["-c", "true"], environment: environment, workingDirectory: "/no/such/folder").run()
        }
    }

    @Test("the working directory is the one asked for")
    func workingDirectory() async throws {
        let result = try await ChildCommand("pwd", [], environment: environment, workingDirectory: "/usr").run()
        #expect(result.outputText == "/usr\n")
    }

    @Test("a large input and two large outputs at once do not block each other")
    func largeStreams() async throws {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)
        let result = try await shell("tee /dev/stderr", input: input).run()
        #expect(result.exit == .exited(0))
        #expect(result.standardOutput == input)
        #expect(result.standardError == input)
    }

    @Test("a child that never reads its large input ends normally")
    func unreadInput() async throws {
        let input = [UInt8](repeating: 0, count: 8 << 20)
        #expect(try await shell("exec 0<&-; echo done", input: input).run().outputText == "done\n")
        #expect(try await shell("head -c 1 >/dev/null; echo done", input: input).run().outputText == "done\n")
    }

    @Test("without input a child reads the end of the file at once")
    func noInput() async throws {
        #expect(try await shell("cat; echo end").run().outputText == "end\n")
    }

    @Test("output beyond the limit is drained and counted")
    func outputLimit() async throws {
        let result = try await shell("head -c 1000000 /dev/zero; printf abcdef >&2", limit: 4).run()
        #expect(result.exit == .exited(0))
        #expect(result.standardOutput == [0, 0, 0, 0])
        #expect(result.errorText == "abcd")
        #expect(result.discardedBytes == 999_996 + 2)
        #expect(result.truncated)
    }

    @Test("a child that closes its outputs and works on is waited for")
    func closedOutputs() async throws {
        #expect(try await shell("exec 1>&- 2>&-; sleep 0.2; exit 7").run().exit == .exited(7))
    }

    @Test("a background process of the group that holds the output does not outlive the command")
    func backgroundProcess() async throws {
        let result = try await shell("sleep 300 & echo $!").run()
        let pid = try #require(Int32(result.outputText.dropLast()))
        #expect(await ended(pid))
    }

    @Test("the timeout kills the whole group, also members that ignore TERM")
    func timeout() async throws {
        let pidFile = try TemporaryFolder()
        let command = shell(
            "trap '' TERM; (trap '' TERM; sleep 300) & echo $! > \(pidFile.path)/pid; echo working >&2; wait", timeout: .milliseconds(300))
        let error = await #expect(throws: ChildCommandError.self) { try await command.run() }
        guard case .timedOut(_, .milliseconds(300), let standardError) = error else {
            Issue.record("expected a timeout, got \(String(describing: error))")
            return
        }
        #expect(standardError == "working\n")
        let pid = try #require(Int32(try pidFile.text("pid").dropLast()))
        #expect(await ended(pid))
    }

    @Test("cancelling the task kills the command and says so")
    func cancellation() async throws {
        let folder = try TemporaryFolder()
        let command = shell("trap '' TERM; mkfifo \(folder.path)/never; echo $$ > \(folder.path)/pid; read x < \(folder.path)/never")
        let task = Task { try await command.run() }
        try await folder.untilExists("never")
        task.cancel()
        await #expect(throws: ChildCommandError.cancelled(command: command.summary)) { try await task.value }
    }

    @Test("five hundred commands one after the other leave no descriptor open")
    func manySequential() async throws {
        _ = try await shell("true").run()
        let before = try openDescriptors()
        for index in 0..<500 {
            #expect(try await ChildCommand("/bin/echo", ["\(index)"], environment: [:]).run().outputText == "\(index)\n")
        }
        // Other tests open some at the same time; a leak would be one for each command.
        #expect(try openDescriptors() < before + 250)
    }

    @Test("sixty-four commands at the same time each get their own output")
    func manyParallel() async throws {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for index in 0..<64 {
                group.addTask { (index, try await shell("cat; echo \(index)", input: Array("in\(index) ".utf8)).run().outputText) }
            }
            for try await (index, text) in group { #expect(text == "in\(index) \(index)\n") }
        }
    }
}

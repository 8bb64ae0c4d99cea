import Glibc
import Testing

@testable import Processes

@Suite("Adopting a supervised process", .timeLimit(.minutes(2)))
struct AdoptionTests {
    @Test("a folder in which nothing was started has no process")
    func neverStarted() async throws {
        let turn = try Supervision()
        #expect(try turn.launcher.attach(directory: turn.directory) == nil)
        try FileSystem.makeFolder(turn.directory)
        #expect(try turn.launcher.attach(directory: turn.directory) == nil)
    }

    @Test("a process outlives its launcher's death by SIGKILL and can be followed to its end by another")
    func launcherKilled() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let specification = turn.specification(["/bin/sh", "-c", "echo one; \(gate.wait); echo two; exit 6"])
        try FileSystem.makeFolder(turn.directory)
        try FileSystem.write([], to: turn.directory + "/stdin")
        try FileSystem.write(specification.fields, to: turn.directory + "/spec")
        // The launcher: a shell that is killed with its whole process group once the shim has reported.
        let launcher = ChildCommand(
            "/bin/sh", ["-c", "\(turn.launcher.shimExecutable) \(turn.directory) | (read ready; kill -9 0); wait"],
            environment: ["PATH": "/usr/bin:/bin", "CCO_TURN": turn.marker])
        #expect(try await launcher.run().exit == .signaled(SIGKILL))

        let process = try #require(try turn.launcher.attach(directory: turn.directory))
        #expect(process.shim.isAlive)
        #expect(process.marker == turn.marker)
        try gate.letPass()
        var lines: [String] = []
        for try await line in process.lines() { lines.append(String(decoding: line.bytes, as: UTF8.self)) }
        #expect(lines == ["one", "two"])
        #expect(try await process.waitForExit().exit == .exited(6))
    }

    @Test("launching again, at the same time, later or after the end, runs it once")
    func launchedOnce() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let script = "echo ran; \(gate.wait)"
        let shims = try await withThrowingTaskGroup(of: ProcessIdentity.self) { group in
            for _ in 0..<8 { group.addTask { try await turn.launch(script).shim } }
            return try await group.reduce(into: Set<ProcessIdentity>()) { $0.insert($1) }
        }
        #expect(shims.count == 1)
        let again = try await ShimLauncher(shimExecutable: turn.launcher.shimExecutable).launch(
            turn.specification(["/bin/sh", "-c", script]), environment: ["PATH": "/usr/bin:/bin"], standardInput: [])
        #expect(shims == [again.shim])
        try gate.letPass()
        let record = try await again.waitForExit()
        let afterwards = try await turn.launch(script)
        #expect(try await afterwards.waitForExit() == record)
        #expect(try turn.text("stdout") == "ran\n")
    }

    @Test("a second shim of a folder exits with 75 while the first lives and with 76 after it, and does nothing")
    func secondShim() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("echo ran; \(gate.wait)")
        let second = ChildCommand(turn.launcher.shimExecutable, [turn.directory], environment: [:])
        #expect(try await second.run().exit == .exited(75))
        #expect(FileLock.holder(of: turn.directory + "/lock")?.pid == process.shim.pid)
        try gate.letPass()
        _ = try await process.waitForExit()
        try await process.shim.untilEnded()
        #expect(try await second.run().exit == .exited(76))
        #expect(try turn.text("stdout") == "ran\n")
    }

    @Test("when another shim holds the folder and ends without having started anything, the launch goes on by itself")
    func otherShimFails() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        try FileSystem.makeFolder(turn.directory)
        // As one that then finds the disk full.
        let holding = try await holding(turn, then: gate.wait)
        let launch = Task { try await turn.launch("echo ran") }
        try await TemporaryFolder.untilExists(turn.directory, "shim.log")
        try gate.letPass()
        #expect(try await holding.value.succeeded)
        #expect(try await launch.value.waitForExit().succeeded)
        #expect(try turn.text("stdout") == "ran\n")
    }

    @Test(
        "a process whose shim is just starting it for somebody who has ended is waited for, and is none if the shim ends without",
        arguments: [true, false])
    func takenUpEarly(starts: Bool) async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        try FileSystem.makeFolder(turn.directory)
        try FileSystem.write(turn.specification(["/bin/true"]).fields, to: turn.directory + "/spec")
        let boot = try ProcessIdentity.currentBootID()
        let record =
            "printf 'pid %s\\nstart %s\\nboot \(boot)\\n' $$ $start > \(turn.directory)/new; mv \(turn.directory)/new \(turn.directory)/shim"
        let holding = try await holding(turn, then: gate.wait + (starts ? "; " + record : ""))
        let taking = Task { try await turn.launcher.takeUp(directory: turn.directory) }
        try gate.letPass()
        let process = try await taking.value
        #expect(try await holding.value.succeeded)
        #expect((process != nil) == starts)
        #expect(process?.shim.pid == (starts ? FileLock.holder(of: turn.directory + "/lock")?.pid : nil))
    }

    /// Something that has taken the folder like a shim, and does what it is told.
    private func holding(_ turn: Supervision, then script: String) async throws -> Task<ChildCommandResult, any Error> {
        let holder = ChildCommand(
            "/bin/sh",
            [
                "-c",
                """
                exec 9>\(turn.directory)/lock; flock 9; start=$(cut -d ' ' -f 22 /proc/$$/stat)
                echo "$$ $start" >&9; touch \(turn.folder.path)/locked; \(script)
                """,
            ], environment: ["PATH": "/usr/bin:/bin"])
        let holding = Task { try await holder.run() }
        try await turn.folder.untilExists("locked")
        return holding
    }

    @Test("when the shim is killed, waiting ends the whole tree and says that the end was lost", arguments: [true, false])
    func shimKilled(wipesItsEnvironment: Bool) async throws {
        let turn = try Supervision()
        let wipe = wipesItsEnvironment ? "env -i PATH=/usr/bin:/bin" : ""
        let process = try await turn.launch(
            """
            exec \(wipe) sh -c 'trap "" TERM
            setsid sh -c "trap \\"\\" TERM; echo \\$\\$ > pid.new; mv pid.new grandchild; while :; do sleep 100; done" &
            while :; do sleep 100; done'
            """)
        try await turn.folder.untilExists("grandchild")
        let grandchild = try #require(Int32(try turn.folder.text("grandchild").dropLast()))
        let child = try #require(try process.child())
        var found = ProcessTree(root: child, marker: turn.marker)
        let tree = try found.members()
        #expect(tree.contains(child) && tree.contains { $0.pid == grandchild })
        #expect(try process.shim.signal(SIGKILL))
        let record = try await process.waitForExit()
        #expect(record.reason == .lost)
        #expect(record.exit == nil)
        #expect(record.leftovers >= 2)
        #expect(record.startedMilliseconds > 1_600_000_000_000)
        for member in tree { #expect(!member.isAlive) }
        // The processes it has started since, whatever they have done to their environment, still have its folder open.
        #expect(try turn.folder.users().isEmpty)
        #expect(try turn.living().isEmpty)
        #expect(try await turn.launch("echo never").waitForExit() == record, "it is never started again")
    }

    @Test("a child that acts on TERM is asked to end by the kernel when its shim is killed")
    func parentDeathSignal() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("trap 'echo bye > told; exit' TERM; touch ready; \(gate.wait)")
        try await turn.folder.untilExists("ready")
        #expect(try process.shim.signal(SIGKILL))
        try await turn.folder.untilExists("told")
    }

    @Test("cancelling the wait leaves the process running")
    func cancelledWait() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("\(gate.wait); exit 5")
        let wait = Task { try await process.waitForExit() }
        let reading = Task { for try await _ in process.lines() {} }
        wait.cancel()
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await wait.value }
        await #expect(throws: CancellationError.self) { try await reading.value }
        #expect(process.shim.isAlive)
        try gate.letPass()
        #expect(try await process.waitForExit().exit == .exited(5))
    }

    @Test("the launcher leaves no zombies")
    func zombies() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("exit 0")
        _ = try await process.waitForExit()
        // Ends when the launcher has reaped the shim; the suite's time limit ends it otherwise.
        while try ProcessStatus.of(pid: process.shim.pid)?.startTime == process.shim.startTime { await Task.yield() }
    }

    @Test("a sweep by the run's marker finds and ends the processes of all its turns, and no others")
    func sweep() async throws {
        let (one, other) = (try Supervision(), try Supervision())
        let script = "while :; do sleep 100; done"
        let first = try await one.launch(script) { $0.marker = one.marker + "/a/1" }
        let second = try await one.launch(script) {
            $0.marker = one.marker + "/b/1"
            $0.directory += "2"
        }
        let foreign = try await other.launch(script) { $0.marker = one.marker + "-not/a" }
        #expect(try ProcessSweep.find(marker: one.marker + "/a").contains(first.shim))
        let result = try await ProcessSweep.end(marker: one.marker)
        #expect(result.ended >= 4)
        #expect(result.survivors.isEmpty)
        for process in [first, second] {
            #expect(!process.shim.isAlive)
            #expect(try await process.waitForExit().reason == .lost)
        }
        #expect(foreign.shim.isAlive)
        #expect(try await foreign.terminate().reason == .terminated)
    }
}

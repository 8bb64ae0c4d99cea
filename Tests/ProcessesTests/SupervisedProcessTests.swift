import Glibc
import Testing

@testable import Processes

@Suite("A supervised process", .timeLimit(.minutes(2)))
struct SupervisedProcessTests {
    @Test("its exit code, outputs and resource use are on record")
    func exitCode() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("echo out; echo err >&2; exit 3")
        let record = try await process.waitForExit()
        #expect(record.reason == .exited)
        #expect(record.exit == .exited(3))
        #expect(!record.succeeded)
        #expect(record.failure == nil)
        #expect(record.leftovers == 0 && record.survivors == 0)
        #expect(record.startedMilliseconds > 1_600_000_000_000 && record.endedMilliseconds >= record.startedMilliseconds)
        #expect(record.maximumResidentKilobytes > 0)
        #expect(try turn.text("stdout") == "out\n")
        #expect(String(decoding: try process.standardError(), as: UTF8.self) == "err\n")
    }

    @Test("a signal that ended it is on record", arguments: [SIGKILL, SIGPIPE, SIGHUP, SIGSEGV])
    func signal(number: Int32) async throws {
        let turn = try Supervision()
        let record = try await turn.launch("kill -\(number) $$").waitForExit()
        #expect(record.reason == .exited)
        #expect(record.exit == .signaled(number))
    }

    @Test("a program that cannot run is told from one that failed")
    func execFailure() async throws {
        let turn = try Supervision()
        let missing = try await turn.launcher.launch(turn.specification(["/no/such/program"]), environment: [:], standardInput: [])
        let record = try await missing.waitForExit()
        #expect(record.reason == .execFailed)
        #expect(record.failure == ExitRecord.Failure(step: "exec", code: ENOENT))
        #expect(record.exit == nil)

        let other = try Supervision()
        let lost = try await other.launcher.launch(
            other.specification(["/bin/true"], cwd: "/no/such/folder"), environment: [:], standardInput: [])
        #expect(try await lost.waitForExit().failure == ExitRecord.Failure(step: "cwd", code: ENOENT))
    }

    @Test("a record that a crash of the machine has left empty, or full of zeros, keeps nobody from starting", arguments: [0, 100])
    func emptyRecord(zeros: Int) async throws {
        let turn = try Supervision()
        try FileSystem.makeFolder(turn.directory)
        for name in ["shim", "exit"] { try FileSystem.write([UInt8](repeating: 0, count: zeros), to: turn.directory + "/" + name) }
        #expect(try await turn.launch("exit 0").waitForExit().succeeded)
    }

    @Test(
        "an end on record stands where a crash of the machine has emptied the records of the beginning",
        arguments: [["shim"], ["shim", "spec"]])
    func emptyBeginning(emptied: [String]) async throws {
        let turn = try Supervision()
        let record = try await turn.launch("echo once; exit 3").waitForExit()
        for name in emptied { try FileSystem.write([], to: turn.directory + "/" + name) }
        let process = try await turn.launch("echo twice; exit 4")
        #expect(try await process.waitForExit() == record)
        #expect(try await process.terminate() == record)
        #expect(!process.shim.isAlive)
        #expect(try turn.text("stdout") == "once\n")
    }

    @Test("a process whose first thread alone has ended lives, and is ended with all that is left")
    func endedFirstThread() async throws {
        let turn = try Supervision()
        let program =
            "import ctypes, os, threading, time; threading.Thread(target=time.sleep, args=(600,)).start(); "
            + "open('ready', 'w').write(str(os.getpid())); ctypes.PyDLL(None).pthread_exit(None)"
        var specification = turn.specification(["/bin/sh", "-c", "setsid python3 -c \"$PROGRAM\" & while ! test -s ready; do :; done"])
        specification.usesControlGroups = false
        let environment = ["PATH": "/usr/bin:/bin:/usr/local/bin", "PROGRAM": program]
        let process = try await turn.launcher.launch(specification, environment: environment, standardInput: [])
        let record = try await process.waitForExit()
        #expect(record.leftovers == 1 && record.survivors == 0)
        let pid = try #require(Int32(try turn.folder.text("ready")))
        #expect(try ProcessStatus.of(pid: pid) == nil)
    }

    @Test("a shim that cannot run is an error and leaves the folder unused")
    func missingShim() async throws {
        let turn = try Supervision()
        let launcher = ShimLauncher(shimExecutable: "/no/such/shim")
        await #expect(throws: SupervisionError.system(SystemError(code: ENOENT, operation: "start /no/such/shim"))) {
            try await launcher.launch(turn.specification(["/bin/true"]), environment: [:], standardInput: [])
        }
        #expect(try launcher.attach(directory: turn.directory) == nil)
        #expect(try await turn.launch("exit 0").waitForExit().succeeded)
    }

    @Test("it reads a megabyte of input from a file, runs where it was told to, and inherits nothing but its standard streams")
    func surroundings() async throws {
        let turn = try Supervision()
        let input = [UInt8]((0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0) })
        let process = try await turn.launch(
            "cat > copy; pwd; umask; echo /proc/self/fd/*; env", input: input, environment: ["GIVEN": "1"])
        #expect(try await process.waitForExit().succeeded)
        #expect(try FileSystem.read(turn.folder.path + "/copy") == input)
        let lines = try turn.text("stdout").split(separator: "\n")
        #expect(lines[0] == turn.folder.path)
        #expect(!lines[2].contains("/4"))
        let environment = Set(lines[3...]).filter { !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") && !$0.hasPrefix("OLDPWD=") }
        #expect(environment == ["GIVEN=1", "PATH=/usr/bin:/bin", "CCO_TURN=\(turn.marker)"])
    }

    @Test("a secret in its environment reaches no file, and every file is private")
    func secret() async throws {
        let turn = try Supervision()
        let secret = "sk-test-0123456789abcdef"
        // Quoted in two parts, so that the script in the specification is not itself a copy.
        let process = try await turn.launch(
            "test \"$KEY\" = \(secret.prefix(8))'\(secret.dropFirst(8))' && echo seen",
            environment: ["KEY": secret])
        #expect(try await process.waitForExit().succeeded)
        #expect(try turn.text("stdout") == "seen\n")
        for name in try FileSystem.names(in: turn.directory) {
            #expect(!(try turn.text(name)).contains(secret), "\(name) holds the secret")
            var status = stat()
            #expect(stat(turn.directory + "/" + name, &status) == 0)
            #expect(status.st_mode & 0o077 == 0, "\(name) is readable by others")
        }
    }

    @Test("terminate ends a child that ignores TERM and its grandchild in a session of its own that ignores TERM too")
    func terminateStubborn() async throws {
        let turn = try Supervision()
        let process = try await turn.launch(
            """
            trap '' TERM
            setsid sh -c 'trap "" TERM; echo $$ > grandchild.new; mv grandchild.new grandchild; while :; do sleep 100; done' &
            while :; do sleep 100; done
            """)
        try await turn.folder.untilExists("grandchild")
        #expect(try turn.living().count >= 3)
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.exit == .signaled(SIGKILL))
        #expect(record.leftovers >= 1)
        #expect(record.survivors == 0)
        #expect(try turn.living().isEmpty && turn.folder.users().isEmpty)
        #expect(try await process.terminate() == record, "a second terminate is harmless")
    }

    @Test("terminate lets a child that acts on TERM end by itself")
    func terminatePolite() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("trap 'echo bye; exit 9' TERM; touch ready; \(gate.wait)")
        try await turn.folder.untilExists("ready")
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.exit == .exited(9))
        #expect(try turn.text("stdout") == "bye\n")
    }

    @Test("what it leaves behind is ended before its end is on record")
    func leftovers() async throws {
        let turn = try Supervision()
        let process = try await turn.launch(
            "setsid sh -c 'trap \"\" TERM; touch ready; while :; do sleep 100; done' & while [ ! -e ready ]; do :; done; exit 0")
        let record = try await process.waitForExit()
        #expect(record.exit == .exited(0))
        #expect(record.reason == .exited)
        #expect(record.leftovers >= 1)
        #expect(try turn.living().filter { $0 != process.shim }.isEmpty)
    }

    @Test("the wall-clock limit ends it with a reason of its own")
    func wallClock() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("while :; do sleep 100; done") { $0.wallClockLimit = .milliseconds(100) }
        let record = try await process.waitForExit()
        #expect(record.reason == .timeout)
        #expect(record.exit == .signaled(SIGTERM))
    }

    @Test("output beyond the file size limit ends it")
    func fileSizeLimit() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("exec head -c 100000 /dev/zero") { $0.fileSizeLimit = 50_000 }
        #expect(try await process.waitForExit().exit == .signaled(SIGXFSZ))
        #expect(try FileSystem.read(turn.directory + "/stdout").count == 50_000)
    }

    @Test("the shim survives the signals of a closed terminal")
    func shimIsRobust() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch("\(gate.wait); exit 4")
        for number in [SIGHUP, SIGPIPE] { #expect(try process.shim.signal(number)) }
        try gate.letPass()
        #expect(try await process.waitForExit().exit == .exited(4))
    }

    @Test("an invalid specification is refused before anything is written")
    func invalidSpecification() async throws {
        let turn = try Supervision()
        for change: (inout SupervisedProcess.Specification) -> Void in [
            { $0.command = [] }, { $0.workingDirectory = "relative" }, { $0.command.append("a\u{0}b") }, { $0.marker = "" },
        ] {
            var specification = turn.specification(["/bin/true"])
            change(&specification)
            await #expect(throws: SupervisionError.self) {
                try await turn.launcher.launch(specification, environment: [:], standardInput: [])
            }
        }
        #expect(!FileSystem.exists(turn.directory))
    }
}

import Glibc
import Testing

@testable import Processes

@Suite("A process identity", .timeLimit(.minutes(1)))
struct ProcessIdentityTests {
    @Test("it is alive exactly as long as its process, and a signal reaches only it")
    func lifetime() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("while :; do sleep 100; done")
        let child = try #require(try process.child())
        #expect(try ProcessIdentity.of(pid: child.pid) == child)
        #expect(child.isAlive)
        let earlier = ProcessIdentity(pid: child.pid, startTime: child.startTime - 1, bootID: child.bootID)
        let otherBoot = ProcessIdentity(pid: child.pid, startTime: child.startTime, bootID: "another")
        for stranger in [earlier, otherBoot] {
            #expect(!stranger.isAlive)
            #expect(try !stranger.signal(SIGKILL))
            try await stranger.untilEnded()
        }
        #expect(child.isAlive)
        #expect(try child.signal(SIGKILL))
        #expect(try await process.waitForExit().exit == .signaled(SIGKILL))
        #expect(!child.isAlive)
        #expect(try !child.signal(SIGKILL))
    }

    @Test("a command name with spaces and parentheses does not shift the fields")
    func strangeName() throws {
        let line = "42 (a) b) (c) S 1 40 39 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 100 18446744073709551615"
        let status = try #require(ProcessStatus(stat: Array(line.utf8)))
        #expect(status.pid == 42 && status.state == "S" && status.parent == 1)
        #expect(status.group == 40 && status.session == 39 && status.startTime == 987_654)
        #expect(ProcessStatus(stat: Array("42 (short) S 1".utf8)) == nil)
    }

    @Test("a marker matches itself and what lies below it, nothing else")
    func markers() {
        let environment = Array("A=1\u{0}CCO_TURN=run/task/1\u{0}B=2\u{0}".utf8)
        for (marker, matches) in [("run", true), ("run/task", true), ("run/task/1", true), ("ru", false), ("run/task/11", false)] {
            #expect(MarkerTrace(marker).isIn(environment, nil) == matches, "\(marker)")
        }
        #expect(!MarkerTrace("run").isIn(Array("X=CCO_TURN=run\u{0}".utf8), nil))
    }

    @Test("a marker is found wherever it stands in an environment, and as a whole entry only")
    func places() {
        let run = MarkerTrace("run")
        for environment in ["CCO_TURN=run", "CCO_TURN=run\u{0}A=1", "A=CCO_TURN=run\u{0}CCO_TURN=running\u{0}CCO_TURN=run/task\u{0}"] {
            #expect(run.isIn(Array(environment.utf8), nil), "\(environment)")
        }
        for environment in ["", "CCO_TURN=ru", "CCO_TURN=running\u{0}CCO_TURN=run-2", "B=1 CCO_TURN=run\u{0}"] {
            #expect(!run.isIn(Array(environment.utf8), nil), "\(environment)")
        }
    }

    @Test("a control group is the marker's by the whole of its name, in every hierarchy and at any depth")
    func groups() {
        let run = MarkerTrace("run/task")
        for groups in ["0::/user/cco-run+task@4/below\n", "5:pids:/\n4:memory:/cco-run+task+1@2\n", "0::/cco-run+tasks@1/cco-run+task@1"] {
            #expect(run.isIn(nil, Array(groups.utf8)), "\(groups)")
        }
        for groups in ["", "0::/cco-run+task\n", "0::/cco-run+tasks@1\n", "0::/other-cco-run+task@1\n", "0::/cco-run+tas"] {
            #expect(!run.isIn(nil, Array(groups.utf8)), "\(groups)")
        }
    }

    @Test("a record reads back as it was written, and a damaged one is refused")
    func record() {
        for record in [
            ExitRecord(reason: .exited, exit: .exited(7), startedMilliseconds: 1, endedMilliseconds: 2, userMilliseconds: 3, leftovers: 4),
            ExitRecord(reason: .timeout, exit: .signaled(9), maximumResidentKilobytes: 12),
            ExitRecord(reason: .execFailed, failure: ExitRecord.Failure(step: "exec", code: 2)),
            ExitRecord(reason: .lost, survivors: 1),
        ] {
            #expect(ExitRecord(fields: RecordFields(Array(record.text.utf8))) == record)
        }
        #expect(ExitRecord(fields: RecordFields(Array("reason exited\ncode 0\n".utf8))) == nil)
        #expect(ExitRecord(fields: RecordFields([])) == nil)
    }

    @Test("a specification reads back as it was written")
    func specification() {
        let specification = SupervisedProcess.Specification(
            directory: "/d", marker: "m/1", command: ["/bin/sh", "-c", "", "a b\nc"], workingDirectory: "/w", fileSizeLimit: 1,
            memoryLimit: 2, processLimit: 3, grace: .milliseconds(4), wallClockLimit: .seconds(5))
        #expect(SupervisedProcess.Specification(directory: "/d", fields: specification.fields) == specification)
        #expect(SupervisedProcess.Specification(directory: "/d", fields: specification.fields.dropLast()) == nil)
    }
}

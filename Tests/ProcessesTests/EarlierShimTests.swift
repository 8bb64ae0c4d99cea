import Glibc
import Testing

@testable import Processes

/// A run goes on while cco is replaced: then shims of the one version meet an engine of the other.
@Suite("Shims of an earlier version", .timeLimit(.minutes(1)))
struct EarlierShimTests {
    /// What the first version wrote and read.
    private func firstSpecification(_ turn: Supervision, _ command: [String]) -> [UInt8] {
        ["cco-shim 1", turn.marker, "5000000", "0", "0", "250", "0", turn.folder.path, "\(command.count)"]
            .appending(command).flatMap { Array($0.utf8) + [0] }
    }

    @Test("a process that an earlier shim supervises is followed to its end")
    func followed() async throws {
        let turn = try Supervision()
        try FileSystem.makeFolder(turn.directory)
        try FileSystem.write(firstSpecification(turn, ["/bin/sh", "-c", "a b"]), to: turn.directory + "/spec")
        let boot = try ProcessIdentity.currentBootID()
        for name in ["shim", "child"] {
            try FileSystem.write(Array("pid \(Int32.max)\nstart 5\nboot \(boot)\n".utf8), to: turn.directory + "/" + name)
        }
        let process = try #require(try SupervisedProcess.attach(directory: turn.directory))
        #expect(process.marker == turn.marker)
        #expect(process.grace == .milliseconds(250))
        #expect(try process.confinement() == nil)
        #expect(try process.folder.groups().paths.isEmpty)
        try FileSystem.write(
            Array(
                """
                reason exited
                code 3
                signal 0
                errno 0
                step -
                started_ms 10
                ended_ms 20
                user_ms 1
                system_ms 2
                max_rss_kb 100
                leftovers 1
                survivors 0

                """.utf8), to: turn.directory + "/exit")
        let record = try await process.waitForExit()
        #expect(
            record
                == ExitRecord(
                    reason: .exited, exit: .exited(3), startedMilliseconds: 10, endedMilliseconds: 20, userMilliseconds: 1,
                    systemMilliseconds: 2, maximumResidentKilobytes: 100, leftovers: 1))
    }

    @Test("the specification of an earlier engine is carried out")
    func carriedOut() async throws {
        let turn = try Supervision()
        try FileSystem.makeFolder(turn.directory)
        try FileSystem.write([], to: turn.directory + "/stdin")
        try FileSystem.write(firstSpecification(turn, ["/bin/sh", "-c", "ulimit -f; pwd"]), to: turn.directory + "/spec")
        let shim = ChildCommand(turn.launcher.shimExecutable, [turn.directory], environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await shim.run().succeeded)
        #expect(try turn.text("stdout").split(separator: "\n").last.map(String.init) == turn.folder.path)
        #expect(try SupervisedProcess.attach(directory: turn.directory)?.exitRecord()?.exit == .exited(0))
    }

    @Test("records and specifications survive being written and read, and unknown formats are refused")
    func roundTrip() throws {
        let record = ExitRecord(
            reason: .lost, exit: .signaled(9), leftovers: 2, limit: .memory, memoryKills: 3, refusedForks: 4, peakMemoryKilobytes: 5,
            confinement: Confinement(
                memory: .watch, processes: .controlGroup1, fileSize: .resourceLimit, cpu: .niceness, ending: .controlGroup2))
        #expect(ExitRecord(fields: RecordFields(Array(record.text.utf8))) == record)
        var specification = SupervisedProcess.Specification(
            directory: "/turn", marker: "run/1", command: ["a", "", "b c"], workingDirectory: "/", fileSizeLimit: 1, memoryLimit: 2,
            processLimit: 3, cpuWeight: 4, grace: .milliseconds(5), wallClockLimit: .milliseconds(6), usesControlGroups: false,
            followsInput: true)
        #expect(SupervisedProcess.Specification(directory: "/turn", fields: specification.fields) == specification)
        specification.usesControlGroups = true
        specification.wallClockLimit = nil
        #expect(SupervisedProcess.Specification(directory: "/turn", fields: specification.fields) == specification)
        var unknown = specification.fields
        unknown[9] = UInt8(ascii: "9")
        #expect(SupervisedProcess.Specification(directory: "/turn", fields: unknown) == nil)
        specification.cpuWeight = 10_001
        #expect(specification.defect() != nil)
    }
}

extension Array {
    fileprivate func appending(_ others: [Element]) -> [Element] { self + others }
}

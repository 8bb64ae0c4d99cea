import Glibc
import Testing

@testable import Processes

/// Each limit is tried with control groups (where this machine has them) and without.
@Suite("Limits of a supervised process", .timeLimit(.minutes(2)))
struct LimitTests {
    private static let megabyte: UInt64 = 1 << 20

    @Test("a process that uses more memory than it may is killed, and its record says why", arguments: [true, false])
    func memory(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch("exec tail /dev/zero") {
            $0.memoryLimit = 64 * Self.megabyte
            $0.usesControlGroups = usesControlGroups
        }
        let record = try await process.waitForExit()
        #expect(record.reason == .exited)
        #expect(record.exit == .signaled(SIGKILL))
        #expect(record.limit == .memory)
        #expect(record.memoryKills == 1)
        #expect(try #require(record.peakMemoryKilobytes) > 32 << 10)
        #expect(record.confinement?.memory == turn.expected(usesControlGroups, \.memory, otherwise: .watch))
    }

    @Test("a tool that uses more memory than there is for all of them is killed alone; who started it goes on", arguments: [true, false])
    func memoryOfTool(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        // In a session of its own and two levels down: limits hold for the tree.
        let process = try await turn.launch("setsid sh -c 'tail /dev/zero; echo tool $?'; echo after") {
            $0.memoryLimit = 64 * Self.megabyte
            $0.usesControlGroups = usesControlGroups
        }
        let record = try await process.waitForExit()
        #expect(record.exit == .exited(0))
        #expect(record.limit == nil)
        #expect(record.memoryKills == 1)
        #expect(try turn.text("stdout") == "tool 137\nafter\n")
    }

    @Test("memory that processes share by a fork counts once when the tree is measured", .enabled(if: Supervision.hasPerl))
    func sharedMemory() async throws {
        let turn = try Supervision()
        // Each of the five has all of the parent's memory, which is near the limit already. The first look comes after 0.1 s.
        let script = """
            $text = pack "x60000000"; for (1..5) { if (!fork) { select undef, undef, undef, 0.6; exit } }
            wait for 1..5; print length $text
            """
        let process = try await turn.launch("exec perl -e '\(script)'") {
            $0.memoryLimit = 150 * Self.megabyte
            $0.usesControlGroups = false
        }
        let record = try await process.waitForExit()
        #expect(record.memoryKills == 0)
        #expect(record.exit == .exited(0))
        #expect(try turn.text("stdout") == "60000000")
        #expect(try #require(record.peakMemoryKilobytes) > 50 << 10)
    }

    @Test(
        "processes over the limit are not started, and whoever notices can go on",
        .enabled(if: Supervision.machine.processes.isControlGroup))
    func refusedForks() async throws {
        let turn = try Supervision()
        let process = try await turn.launch(
            "sh -c 'for number in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 100 & done; echo never'; echo refused $?"
        ) { $0.processLimit = 8 }
        let record = try await process.waitForExit()
        #expect(record.exit == .exited(0))
        #expect(record.limit == nil)
        #expect(record.refusedForks >= 1)
        #expect(try turn.text("stdout") == "refused 2\n")
    }

    @Test("a tree that goes on starting processes over its limit is ended", .enabled(if: Supervision.hasPerl), arguments: [true, false])
    func forkBomb(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch("exec perl -e 'while (1) { my $child = fork; sleep 1000 if defined $child && !$child }'") {
            $0.processLimit = 40
            $0.usesControlGroups = usesControlGroups
        }
        let record = try await process.waitForExit()
        #expect(record.reason == .exited)
        #expect(record.exit == .signaled(SIGKILL))
        #expect(record.limit == .processes)
        #expect(record.survivors == 0)
        #expect(try turn.living().filter { $0 != process.shim }.isEmpty)
    }

    @Test("a process that is asked to end while it is at a limit was ended by that, not by the limit", arguments: [true, false])
    func terminatedAtLimit(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch("tail /dev/zero; trap '' TERM; touch ready; while :; do sleep 100; done") {
            $0.memoryLimit = 64 * Self.megabyte
            $0.usesControlGroups = usesControlGroups
        }
        try await turn.folder.untilExists("ready")
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.exit == .signaled(SIGKILL))
        #expect(record.memoryKills == 1)
        #expect(record.limit == nil)
    }

    @Test("a file over the size limit is named as the reason")
    func fileSize() async throws {
        let turn = try Supervision()
        let record = try await turn.launch("exec head -c 100000 /dev/zero") { $0.fileSizeLimit = 50_000 }.waitForExit()
        #expect(record.limit == .fileSize)
        #expect(record.confinement?.fileSize == .resourceLimit)
    }

    @Test("a smaller CPU weight is set by a group or by niceness", arguments: [true, false])
    func cpuWeight(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch("nice; cat /proc/self/cgroup") {
            $0.cpuWeight = 50
            $0.usesControlGroups = usesControlGroups
        }
        let record = try await process.waitForExit()
        let means = try #require(record.confinement?.cpu)
        #expect(means == turn.expected(usesControlGroups, \.cpu, otherwise: .niceness))
        let lines = try turn.text("stdout").split(separator: "\n")
        #expect(lines.first == (means == .niceness ? "3" : "0"))
        #expect(lines.contains { $0.contains("/cco-") } == (usesControlGroups && Supervision.machine.ending != .tree))
    }

    @Test("without limits nothing is limited, and the record says so")
    func noLimits() async throws {
        let turn = try Supervision()
        let process = try await turn.launch("exit 0")
        let record = try await process.waitForExit()
        #expect(record.confinement == Confinement(ending: Supervision.machine.ending))
        #expect(try process.confinement() == record.confinement)
        #expect(record.memoryKills == 0 && record.refusedForks == 0 && record.peakMemoryKilobytes == nil && record.limit == nil)
    }

    @Test("a machine is asked what it offers without anything being left of that")
    func probe() async throws {
        let turn = try Supervision()
        let offered = try await turn.launcher.confinement()
        #expect(offered == Supervision.machine)
        #expect(offered.memory != .none && offered.processes != .none && offered.cpu != .none && offered.fileSize == .resourceLimit)
        #expect(Confinement(text: offered.description) == offered)
        await #expect(throws: ChildCommandError.executableNotFound("/no/such/shim")) {
            try await ShimLauncher(shimExecutable: "/no/such/shim").confinement()
        }
        await #expect(throws: SupervisionError.self) { try await ShimLauncher(shimExecutable: "/bin/true").confinement() }
    }
}

extension Confinement.Means {
    var isControlGroup: Bool { self == .controlGroup1 || self == .controlGroup2 }
}

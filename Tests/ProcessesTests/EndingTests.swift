import Glibc
import Testing

@testable import Processes

/// Whatever a process has started is ended with it, by control groups (where this machine has them) and without.
@Suite("The end of a supervised process", .timeLimit(.minutes(2)))
struct EndingTests {
    /// Everything that keeps a process out of reach of an ordinary kill, each in a file of its name once it runs.
    private static let stubborn: [(name: String, script: String)] = [
        ("session", "setsid sh -c 'trap \"\" TERM HUP; echo $$ > session.new; mv session.new session; while :; do sleep 100; done' &"),
        (
            "twice",
            """
            (setsid sh -c '(trap "" TERM; echo $(exec sh -c "echo \\$PPID") > twice.new; mv twice.new twice
            while :; do sleep 100; done) &' &)
            """
        ),
        ("stopped", "setsid sh -c 'echo $$ > stopped.new; mv stopped.new stopped; kill -STOP $$; while :; do sleep 100; done' &"),
        (
            "naked",
            "env -i PATH=/usr/bin:/bin setsid sh -c 'trap \"\" TERM; echo $$ > naked.new; mv naked.new naked; while :; do sleep 100; done' &"
        ),
    ]

    private func start(_ turn: Supervision, then: String, usesControlGroups: Bool) async throws -> (SupervisedProcess, [ProcessIdentity]) {
        let script = Self.stubborn.map(\.script).joined(separator: "\n")
        let process = try await turn.launch(script + "\n" + then) { $0.usesControlGroups = usesControlGroups }
        var tools: [ProcessIdentity] = []
        for (name, _) in Self.stubborn { tools.append(try await turn.process(namedIn: name)) }
        return (process, tools)
    }

    @Test(
        "tools in sessions of their own, forked twice, deaf to TERM, stopped or without environment end with it", arguments: [true, false])
    func byItself(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let (process, tools) = try await start(turn, then: gate.wait, usesControlGroups: usesControlGroups)
        for tool in tools { #expect(tool.isAlive) }
        try gate.letPass()
        let record = try await process.waitForExit()
        #expect(record.exit == .exited(0))
        #expect(record.leftovers >= tools.count)
        #expect(record.survivors == 0)
        for tool in tools { #expect(!tool.isAlive) }
    }

    @Test("they end when it is terminated", arguments: [true, false])
    func terminated(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let (process, tools) = try await start(turn, then: "while :; do sleep 100; done", usesControlGroups: usesControlGroups)
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.survivors == 0)
        for tool in tools { #expect(!tool.isAlive) }
    }

    @Test("they end when the shim is killed", arguments: [true, false])
    func shimKilled(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let (process, tools) = try await start(
            turn, then: "trap '' TERM; while :; do sleep 100; done", usesControlGroups: usesControlGroups)
        #expect(try process.shim.signal(SIGKILL))
        let record = try await process.waitForExit()
        #expect(record.reason == .lost)
        #expect(record.leftovers > tools.count)
        for tool in tools { #expect(!tool.isAlive) }
        #expect(try record.confinement == process.confinement())
    }

    @Test(
        "a process that has neither parent, session nor environment of the turn is found by its control group",
        .enabled(if: Supervision.machine.ending.isControlGroup))
    func traceless() async throws {
        let turn = try Supervision()
        let process = try await turn.launch(
            """
            (env -i PATH=/usr/bin:/bin setsid sh -c 'echo $$ > pid.new; mv pid.new traceless; while :; do sleep 100; done' &)
            while [ ! -e traceless ]; do :; done; exec sleep 1000
            """)
        let traceless = try await turn.process(namedIn: "traceless")
        // Both at once, so that nothing is left that it could be found by but its group.
        #expect(try process.shim.signal(SIGSTOP))
        let child = try #require(try process.child())
        #expect(try child.signal(SIGKILL))
        #expect(try process.shim.signal(SIGKILL))
        try await process.shim.untilEnded()
        #expect(traceless.isAlive)
        #expect(try ProcessSweep.find(marker: turn.marker).contains(traceless))
        #expect(try ProcessSweep.find(marker: String(turn.marker.dropLast())).isEmpty, "part of a marker is another marker")
        _ = try await process.waitForExit()
        #expect(!traceless.isAlive)
    }

    @Test("processes that fork and end faster than one can look are caught", arguments: [true, false], [true, false])
    func comets(usesControlGroups: Bool, killsShim: Bool) async throws {
        let turn = try Supervision()
        // Each runs under a new number at every moment.
        let process = try await turn.launch(
            """
            setsid sh -c 'trap "" TERM; comet() { comet & }; comet'
            touch flying; while :; do sleep 100; done
            """
        ) { $0.usesControlGroups = usesControlGroups }
        try await turn.folder.untilExists("flying")
        if killsShim { #expect(try process.shim.signal(SIGKILL)) }
        let record = try await killsShim ? process.waitForExit() : process.terminate()
        #expect(record.reason == (killsShim ? .lost : .terminated))
        #expect(record.survivors == 0)
        #expect(try turn.living().isEmpty && turn.folder.users().isEmpty)
    }

    @Test("its control groups are removed with it, those inside that it made itself too, shim killed or not", arguments: [true, false])
    func groupsRemoved(killsShim: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch("while :; do sleep 100; done") {
            $0.memoryLimit = 1 << 30
            $0.cpuWeight = 100
            $0.processLimit = 1000
        }
        let groups = try process.folder.groups()
        #expect(groups.paths.isEmpty == (Supervision.machine.ending == .tree))
        for path in groups.paths {
            #expect(FileSystem.exists(path))
            #expect(mkdir(path + "/inner", 0o755) == 0 && mkdir(path + "/inner/most", 0o755) == 0)
        }
        if killsShim { #expect(try process.shim.signal(SIGKILL)) }
        _ = try await killsShim ? process.waitForExit() : process.terminate()
        for path in groups.paths { #expect(!FileSystem.exists(path)) }
    }

    @Test("what a shim could not remove is removed by the next one, unless its shim or a process in it lives")
    func staleGroups() async throws {
        let (turn, next) = (try Supervision(), try Supervision())
        let gate = try Gate(turn.folder, "gate")
        let process = try await turn.launch(gate.wait)
        for path in try process.folder.groups().paths {
            let base = path.split(separator: "/").dropLast().joined(separator: "/")
            let stale = "/\(base)/cco-stale@\(Int32.max).1"
            let starting = "/\(base)/cco-starting@\(process.shim.pid).\(process.shim.startTime)"
            // Other tests' shims remove what is stale too, perhaps before there is something in it.
            if mkdir(stale, 0o755) == 0 { mkdir(stale + "/inner", 0o755) }
            #expect(mkdir(starting, 0o755) == 0)
            defer { rmdir(starting) }
            _ = try await next.launch("exit 0").waitForExit()
            #expect(!FileSystem.exists(stale))
            #expect(FileSystem.exists(starting), "its shim is just putting its child there")
            #expect(FileSystem.exists(path))
        }
        try gate.letPass()
        _ = try await process.waitForExit()
    }

    @Test("a record that names other folders than a shim's groups is not acted on")
    func forgedGroups() throws {
        let text = """
            group-unified /sys/fs/cgroup
            group-pids /sys/fs/cgroup/cco-a@1.2/../..
            group-cpu relative/cco-a
            group-memory /x/cco-a@1.2
            """
        #expect(ControlGroups(fields: RecordFields(Array(text.utf8))).paths == ["/x/cco-a@1.2"])
    }
}

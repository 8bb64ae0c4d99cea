import Glibc
import Testing

@testable import Processes

/// Whoever is to end is asked first, and killed only when its time is over.
@Suite("The grace of a process that is to end", .timeLimit(.minutes(2)))
struct GraceTests {
    @Test("asked to end, it may take its time to tidy up, and so may its tools", arguments: [true, false])
    func tidies(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        let process = try await turn.launch(
            """
            sh -c 'trap "for step in 1 2 3 4 5 6 7 8 9 10; do sleep 0; done; touch tool-tidied; exit" TERM
                sleep 1000 & touch tool-ready; wait $!' &
            tool=$!
            trap 'wait $tool; touch tidied; exit 9' TERM
            sleep 1000 & touch ready; wait $!
            """
        ) {
            $0.usesControlGroups = usesControlGroups
            $0.grace = .seconds(60)
        }
        try await turn.folder.untilExists("ready")
        try await turn.folder.untilExists("tool-ready")
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.exit == .exited(9), "it was killed while it tidied up")
        #expect(FileSystem.exists(turn.folder.path + "/tidied") && FileSystem.exists(turn.folder.path + "/tool-tidied"))
    }

    @Test("what it leaves behind is asked too before it is killed", arguments: [true, false])
    func leftovers(usesControlGroups: Bool) async throws {
        let turn = try Supervision()
        // The shell outlives its sleep and sees what ended that: TERM, not KILL.
        let process = try await turn.launch(
            """
            setsid sh -c 'trap : TERM; sh -c "touch ready; exec sleep 1000" & wait $!; echo $? > status' &
            while [ ! -e ready ]; do sleep 0; done; exit 0
            """
        ) {
            $0.usesControlGroups = usesControlGroups
            $0.grace = .seconds(60)
        }
        let record = try await process.waitForExit()
        #expect(record.exit == .exited(0))
        #expect(record.leftovers >= 1)
        #expect(FileSystem.exists(turn.folder.path + "/status"), "it was killed without being asked")
        #expect(try turn.folder.text("status") == "143\n")
    }

    @Test("asked to end and deaf to it, it is killed when its time is over, and so is a tool in a session of its own")
    func deaf() async throws {
        let turn = try Supervision()
        let process = try await turn.launch(
            """
            trap '' TERM
            setsid sh -c 'echo $$ > tool.new; mv tool.new tool; while :; do sleep 100; done' &
            while :; do sleep 100; done
            """)
        let tool = try await turn.process(namedIn: "tool")
        let record = try await process.terminate()
        #expect(record.reason == .terminated)
        #expect(record.exit == .signaled(SIGKILL), "the shim has seen its end, and by which signal")
        #expect(!tool.isAlive && record.survivors == 0)
    }
}

import FoundationEssentials
import Glibc
import Testing

@testable import Commands

@Suite("Starting in the background") struct DetachTests {
    private func start(_ place: TemporaryPlace, _ script: String) async throws -> StartReport {
        let surroundings = place.surroundings(environment: ["MARK": "here"], executable: "/bin/sh")
        return try await DetachedStart(
            surroundings: surroundings, arguments: ["-c", script, "cco", "start", "--new"], log: place.path + "/engine.log"
        ).run()
    }

    @Test("the starter returns when the session says that it is ready, though it goes on")
    func ready() async throws {
        let place = try TemporaryPlace()
        // The session outlives its report; the pipe is closed by it, and its output is in the private log.
        try await place.shell("mkfifo end")
        let report = try await start(
            place,
            "echo \"$MARK $*\"; printf '{\"run\":\"r\",\"pid\":%s,\"lines\":[\"a\"]}' $$ >&3; exec 3>&-; read line < \(place.path)/end; echo done > \(place.path)/out"
        )
        #expect(report.run == "r" && report.lines == ["a"])
        #expect(getsid(try #require(report.pid)) == report.pid)
        #expect(try place.read("engine.log") == "here start --new\n")
        var status = stat()
        #expect(stat(place.path + "/engine.log", &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(!FolderRemoval.exists(place.path + "/out"))
        try await place.shell("echo > end")
        var code: Int32 = 0
        #expect(waitpid(try #require(report.pid), &code, 0) == report.pid && code == 0)
    }

    @Test("a start that fails gives its own message and exit code")
    func failed() async throws {
        let place = try TemporaryPlace()
        await #expect(throws: Failure("no repository", .unavailable)) {
            try await start(place, "printf '{\"lines\":[],\"message\":\"no repository\",\"status\":69}' >&3; exit 69")
        }
    }

    @Test("a session that dies without a word is reported with the end of its log")
    func died() async throws {
        let place = try TemporaryPlace()
        await #expect {
            try await start(place, "echo something broke >&2; exit 9")
        } throws: {
            Failure($0).message.contains("exit code 9") && Failure($0).message.contains("something broke")
        }
    }
}

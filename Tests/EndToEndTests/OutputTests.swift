import Processes
import Testing

/// What a command's output goes to is not always there, or has no room.
@Suite("The output of a command", .timeLimit(.minutes(2)))
struct OutputTests {
    /// Runs a shell script in which `$0` is `cco`; `simulate` prints a report and needs nothing.
    private func shell(_ script: String) async throws -> ChildCommandResult {
        try await ChildCommand(
            "/bin/sh", ["-c", script, BuiltProducts.cco], environment: ["PATH": "/usr/bin:/bin", "HOME": "/"], workingDirectory: "/"
        ).run()
    }

    @Test("that cannot be written is told of with an exit code; a command that failed keeps its own")
    func full() async throws {
        let full = try await shell("exec \"$0\" simulate --seeds 1 > /dev/full")
        #expect(full.exit == .exited(73) && full.errorText.contains("No space left on device"), "\(full.exit): \(full.errorText)")
        let failed = try await shell("exec \"$0\" simulate --seeds 0 > /dev/full")
        #expect(failed.exit == .exited(64), "\(failed.exit): \(failed.errorText)")
    }

    @Test("that nobody reads any more is no failure")
    func unread() async throws {
        let unread = try await shell("{ \"$0\" simulate --seeds 1; echo \"left with $?\" >&2; } | true")
        #expect(unread.errorText == "left with 0\n", "\(unread.errorText)")
    }

    @Test("that is a file is whole or not there, and is written when there is room")
    func files() async throws {
        let result = try await shell(
            """
            set -e
            folder=$(mktemp -d)
            trap '' XFSZ
            (ulimit -f 0; ! "$0" init "$folder/conf" --prompts)
            find "$folder" -type f
            "$0" init "$folder/conf" --prompts > "$folder/told"
            test -s "$folder/conf/prompts/again.md"
            rm -r "$folder"
            """)
        #expect(result.succeeded && result.outputText.isEmpty, "\(result.outputText)\(result.errorText)")
        #expect(result.errorText.contains("again.md"), "\(result.errorText)")
    }
}

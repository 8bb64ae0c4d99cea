import Glibc
import Processes

/// Removes folders with whatever agents left in them, read-only folders (such as Go's module cache) among it.
enum FolderRemoval {
    /// Removes the folder; one that does not exist is fine. Links are removed, never followed.
    ///
    /// - Throws: `Failure` with what could not be removed.
    static func remove(_ path: String) async throws {
        guard exists(path) else { return }
        if try await run("rm", ["-rf", "--", path]).succeeded, !exists(path) { return }
        // Only folders matter: a file is removed by writing to its folder. `-P` and `-type d` keep links out of it.
        _ = try await run("find", ["-P", path, "-type", "d", "!", "-perm", "-u+rwx", "-exec", "chmod", "u+rwx", "{}", ";", "-prune"])
        var last = try await run("rm", ["-rf", "--", path])
        // Each round makes the folders of one more level accessible.
        for _ in 0..<200 where exists(path) {
            _ = try await run("find", ["-P", path, "-type", "d", "!", "-perm", "-u+rwx", "-exec", "chmod", "u+rwx", "{}", ";"])
            let next = try await run("rm", ["-rf", "--", path])
            if next.errorText == last.errorText { break }
            last = next
        }
        guard !exists(path) else {
            let cause = last.errorText.suffix(500).split(separator: "\n").joined(separator: "; ")
            throw Failure("\(path) could not be removed: \(cause). Remove it by hand, with the rights that this takes.", .cannotCreate)
        }
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private static func run(_ name: String, _ arguments: [String]) async throws -> ChildCommandResult {
        try await ChildCommand(
            name, arguments, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"], workingDirectory: "/", timeout: .seconds(3_600),
            outputLimit: 64 << 10
        ).run()
    }
}

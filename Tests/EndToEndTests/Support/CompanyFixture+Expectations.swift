import Engine
import Foundation
import Processes
import Testing

extension CompanyFixture {
    /// Expects of origin's branch what cco promises, looked at from outside: sound objects, a green gate in a fresh clone, a receipt at every
    /// commit that cco published.
    func expectSound(branch: String = "main", gate: String?, _ location: SourceLocation = #_sourceLocation) async throws {
        let fsck = try await ChildCommand(
            "git", ["--git-dir", origin, "fsck", "--strict", "--no-dangling"], environment: environment, workingDirectory: root
        ).run()
        #expect(fsck.succeeded, "git fsck: \(fsck.errorText)\(fsck.outputText)", sourceLocation: location)
        let clone = try await freshClone(branch: branch)
        if let gate {
            let verdict = try await ChildCommand("sh", ["-c", gate], environment: environment, workingDirectory: clone).run()
            #expect(verdict.succeeded, "the gate in a fresh clone: \(verdict.outputText)\(verdict.errorText)", sourceLocation: location)
        }
        let published = try await git([
            "-C", clone, "log", "--first-parent", "--committer=cco@cco.invalid", "--format=%H", "--min-parents=1", "origin/\(branch)",
        ]).split(separator: "\n")
        #expect(!published.isEmpty, "cco has published nothing", sourceLocation: location)
        try await git(["-C", clone, "fetch", "-q", "origin", "refs/notes/cco:refs/notes/cco"])
        for commit in published {
            let note = try await ChildCommand(
                "git", ["-C", clone, "notes", "--ref=cco", "show", String(commit)], environment: environment, workingDirectory: root
            ).run()
            #expect(note.succeeded, "\(commit) has no receipt", sourceLocation: location)
            let tree = try await git(["-C", clone, "rev-parse", "\(commit)^{tree}"]).split(separator: "\n").first ?? ""
            #expect(note.outputText.contains(tree), "the receipt of \(commit) speaks of another tree", sourceLocation: location)
        }
    }

    /// Lines of agents' output as the log for programs has them, without their times.
    func loggedOutput() throws -> [String] {
        try log().compactMap { line in
            guard line.contains("\"kind\":\"output\""), let rest = line.range(of: "\"kind\"") else { return nil }
            return String(line[rest.lowerBound...])
        }
    }

    /// All lines of the runs' logs for programs.
    func log() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: config).map { "\(config)/\($0)/events.jsonl" }
        return try files.filter { FileManager.default.fileExists(atPath: $0) }.flatMap {
            try String(contentsOfFile: $0, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    /// Expects that no process of any run of the fixture is alive.
    func expectNoProcess(_ location: SourceLocation = #_sourceLocation) throws {
        for marker in try markers() {
            let alive = try ProcessSweep.find(marker: marker)
            #expect(alive.isEmpty, "processes of \(marker) are left: \(alive)", sourceLocation: location)
        }
    }

    /// Expects that a text stands in no file below the fixture's folders but the key file, and in no object of origin.
    func expectNowhere(_ secret: String, _ location: SourceLocation = #_sourceLocation) async throws {
        let found = try await ChildCommand(
            "grep", ["-rlaF", "--", secret, root], environment: environment, workingDirectory: root
        ).run().outputText.split(separator: "\n").map(String.init).filter { $0 != config + "/api-keys.json" }
        #expect(found.isEmpty, "the secret stands in \(found)", sourceLocation: location)
        let history = try await git(["--git-dir", origin, "log", "--all", "-p", "--diff-merges=separate", "--format=%B"])
        #expect(!history.contains(secret), "the secret is in origin's history", sourceLocation: location)
    }

    /// The subjects of origin's branch in its first-parent line, newest first.
    func subjects(branch: String = "main") async throws -> [String] {
        try await git(["--git-dir", origin, "log", "--first-parent", "--format=%s", branch]).split(separator: "\n").map(String.init)
    }

    /// The names of a branch's files.
    func files(branch: String = "main") async throws -> Set<String> {
        Set(try await git(["--git-dir", origin, "ls-tree", "-r", "--name-only", branch]).split(separator: "\n").map(String.init))
    }
}

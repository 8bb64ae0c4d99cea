import Foundation
import Processes
import Testing

@testable import TestSupport

/// `cco merge` as a tool of its own: real git, no agents.
@Suite("Merging branches from elsewhere", .serialized)
struct MergeCommandTests {
    @Test("good branches land in one gate run each way, a bad one and a conflicting one are named, and the exit code says so")
    func merge() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.branch("bad", ["broken": "yes\n"])
            try await fixture.branch("left", ["shared.txt": "left\n"])
            try await fixture.branch("right", ["shared.txt": "right\n"])
            try await fixture.branch("good-2", ["two.txt": "2\n"])
            let result = try await fixture.merge(["good-1", "bad", "left", "right", "good-2", "--json"])
            #expect(result.exit == .exited(18), "\(result.outputText)\(result.errorText)")
            let outcome = try fixture.outcome(result)
            #expect(outcome == ["good-1": "landed", "bad": "red", "left": "landed", "right": "conflict", "good-2": "landed"])
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt", "shared.txt", "two.txt"])
            #expect(result.outputText.contains("shared.txt") && result.outputText.contains(".log"))
            // A receipt at every commit, also at those that were verified together with a later one.
            let commits = try await fixture.git(["rev-list", "--first-parent", "main", "^start"]).split(separator: "\n")
            #expect(commits.count == 3)
            for commit in commits {
                let note = try await fixture.git(["notes", "--ref=cco", "show", String(commit)])
                #expect(note.contains("\"exitCode\":0") && note.contains("\"kind\":\"branch\""))
            }
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a rehearsal says what would land and changes nothing")
    func dryRun() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let before = try await fixture.git(["show-ref"])
            let result = try await fixture.merge(["good-1", "--dry-run"])
            #expect(result.exit == .exited(0) && result.outputText.contains("would land"), "\(result.outputText)\(result.errorText)")
            #expect(try await fixture.git(["show-ref"]) == before)
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a branch without a common history is named, and holds nobody up")
    func orphan() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.orphan("pages", ["index.html": "<p>\n"])
            let result = try await fixture.merge(["pages", "good-1", "--json"])
            #expect(result.exit == .exited(18), "\(result.outputText)\(result.errorText)")
            #expect(try fixture.outcome(result) == ["pages": "objection", "good-1": "landed"])
            #expect(result.outputText.contains("shares no history"))
            try await fixture.expectNothingLeft()
        }
    }

    @Test("where the target fails the gate by itself no branch is blamed; one that mends it lands, and the others with it")
    func redTarget() async throws {
        try await BranchFixture.with { fixture in
            for number in 1...3 { try await fixture.branch("good-\(number)", ["\(number).txt": "\(number)\n"]) }
            try await fixture.commitToMain(["broken": "yes\n"])
            let red = try await fixture.merge((1...3).map { "good-\($0)" })
            #expect(red.exit == .exited(18), "\(red.outputText)\(red.errorText)")
            // Of each in the log, and in the outcome.
            #expect(red.outputText.components(separatedBy: "main fails it by itself").count == 7, "\(red.outputText)")
            try await fixture.branch("cure", ["broken": nil], from: "main")
            let cured = try await fixture.merge((1...3).map { "good-\($0)" } + ["cure"])
            #expect(cured.exit == .exited(0), "\(cured.outputText)\(cured.errorText)")
            #expect(try await fixture.files() == ["1.txt", "2.txt", "3.txt", "check.sh", "good.txt"])
            try await fixture.expectNothingLeft()
        }
    }

    @Test(
        "a configuration's gate is judged with the configuration's environment, files and time; nothing is pushed where that is not wanted")
    func configuration() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let command = #"test "$FLAVOUR" = sweet && grep -q TOKEN=hidden-value .env && sh check.sh"#
            try fixture.configure([
                "orchestrator.json":
                    #"{"repositoryUrl":"\#(fixture.origin)","workerCount":1,"verifyCommand":\#(fixture.quoted(command)),"agentEnvironment":{"FLAVOUR":"sweet"}}"#,
                ".env": "TOKEN=hidden-value\n",
            ])
            let before = try await fixture.git(["show-ref"])
            let kept = try await fixture.call(["merge", "--config", "config", "--target", "main", "--no-push", "good-1"])
            #expect(kept.exit == .exited(0), "\(kept.outputText)\(kept.errorText)")
            #expect(kept.outputText.contains("Nothing was pushed. Get it: git fetch"))
            #expect(try await fixture.git(["show-ref"]) == before)
            let landed = try await fixture.call(["merge", "--config", "config", "--target", "main", "good-1"])
            #expect(landed.exit == .exited(0), "\(landed.outputText)\(landed.errorText)")
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt"])
        }
    }

    @Test("killed and called again, it lands what has not landed and merges nothing twice")
    func killed() async throws {
        try await BranchFixture.with { fixture in
            for number in 1...4 { try await fixture.branch("good-\(number)", ["\(number).txt": "\(number)\n"]) }
            let names = (1...4).map { "good-\($0)" }
            for point in ["merge.merged:3", "gate.ended:2", "publish.pushed:1"] {
                let killed = try await fixture.merge(names, environment: ["CCO_CRASH_POINT": point])
                #expect(killed.exit == .signaled(9), "\(point): \(killed.outputText)\(killed.errorText)")
            }
            try await fixture.branch("good-5", ["5.txt": "5\n"])
            let result = try await fixture.merge(names + ["good-5"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(try await fixture.files() == ["1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "check.sh", "good.txt"])
            let merges = try await fixture.git(["log", "--first-parent", "--format=%s", "main", "^start"]).split(separator: "\n")
            #expect(merges.sorted() == (1...5).map { "Merge good-\($0)" })
            try await fixture.expectNothingLeft()
        }
    }

    @Test("what cannot be meant is refused with what to do, before anything is touched")
    func badInput() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            func expect(_ arguments: [String], _ exit: Int32, _ words: String...) async throws {
                let result = try await fixture.merge(arguments)
                #expect(result.exit == .exited(exit), "\(arguments): \(result.outputText)\(result.errorText)")
                for word in words { #expect(result.errorText.contains(word), "\(arguments): \(result.errorText)") }
            }
            try await expect(["nowhere"], 64, "no branch \"nowhere\"", "good-1")
            try await expect(["good-1", "good-1"], 64, "twice")
            try await expect(["main"], 64, "the target itself")
            try await expect(["good-1", "--ungated"], 64, "exclude")
            try await expect(["good-1", "--slots", "0"], 64, "--slots")
            try await expect([], 64, "branches")
            #expect(try await fixture.files() == ["check.sh", "good.txt"])
        }
    }
}

/// A repository with branches, and `cco merge`.
struct BranchFixture: Sendable {
    let root: String
    var origin: String { root + "/origin.git" }
    private var seed: String { root + "/seed" }

    static func with(_ body: (BranchFixture) async throws -> Void) async throws {
        let fixture = BranchFixture(
            root: FileManager.default.temporaryDirectory.appending(path: "cco-e2e-\(UUID().uuidString.prefix(8))").path)
        try FileManager.default.createDirectory(atPath: fixture.root + "/home/tmp", withIntermediateDirectories: true)
        defer {
            if ProcessInfo.processInfo.environment["CCO_TEST_KEEP"] == nil {
                do { try FileManager.default.removeItem(atPath: fixture.root) } catch { Issue.record("the fixture stays: \(error)") }
            }
        }
        try await fixture.run(["git", "init", "-q", "--bare", "-b", "main", fixture.origin])
        try await fixture.run(["git", "init", "-q", "-b", "main", fixture.seed])
        try fixture.write(["check.sh": "test ! -e broken\n", "good.txt": "good\n"])
        try await fixture.commit("Seed")
        try await fixture.inSeed(["tag", "start"])
        try await fixture.inSeed(["push", "-q", fixture.origin, "main", "start"])
        try await body(fixture)
    }

    /// Makes a branch of the first commit, or of another one, with these files; one without a text goes.
    func branch(_ name: String, _ files: [String: String?], from start: String = "start") async throws {
        try await inSeed(["switch", "-q", "-c", name, start])
        try write(files)
        try await commit("Work of \(name)")
        try await inSeed(["push", "-q", origin, name])
    }

    /// Makes a branch with a history of its own.
    func orphan(_ name: String, _ files: [String: String]) async throws {
        try await inSeed(["switch", "-q", "--orphan", name])
        try write(files)
        try await commit("Start of \(name)")
        try await inSeed(["push", "-q", origin, name])
    }

    /// Somebody pushes to the target.
    func commitToMain(_ files: [String: String]) async throws {
        try await inSeed(["switch", "-q", "main"])
        try write(files)
        try await commit("From outside")
        try await inSeed(["push", "-q", origin, "main"])
    }

    /// Writes files of a configuration folder.
    func configure(_ files: [String: String]) throws {
        try FileManager.default.createDirectory(atPath: root + "/config", withIntermediateDirectories: true)
        for (path, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(root)/config/\(path)")) }
    }

    /// As a string of JSON.
    func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\\\""))\"" }

    func merge(_ arguments: [String], environment more: [String: String] = [:]) async throws -> ChildCommandResult {
        try await call(["merge", "--repository", origin, "--target", "main", "--verify", "sh check.sh"] + arguments, environment: more)
    }

    func call(_ words: [String], environment more: [String: String] = [:]) async throws -> ChildCommandResult {
        try await ChildCommand(
            BuiltProducts.cco, words, environment: environment.merging(more) { $1 }, workingDirectory: root, timeout: .seconds(120)
        ).run()
    }

    /// The outcome of each branch by name.
    func outcome(_ result: ChildCommandResult) throws -> [String: String] {
        struct Document: Decodable {
            struct Branch: Decodable {
                let name: String
                let outcome: String
            }
            let branches: [Branch]
        }
        let document = try JSONDecoder().decode(Document.self, from: Data(result.standardOutput))
        return Dictionary(document.branches.map { ($0.name, $0.outcome) }) { $1 }
    }

    /// The target's files, sorted.
    func files() async throws -> [String] {
        try await git(["ls-tree", "-r", "--name-only", "main"]).split(separator: "\n").map(String.init).sorted()
    }

    /// Runs git on the origin.
    @discardableResult
    func git(_ arguments: [String]) async throws -> String { try await run(["git", "--git-dir", origin] + arguments) }

    /// Expects that no repository, lock or half-written file is left.
    func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) async throws {
        let left = try await run([
            "find", root + "/home", origin, "(", "-name", "*.lock", "-o", "-name", "*.new", "-o", "-name", "hub.git", "-o", "-name",
            "tmp_*", ")",
        ])
        #expect(left.isEmpty, "left over: \(left)", sourceLocation: location)
    }

    private func inSeed(_ arguments: [String]) async throws { try await run(["git", "-C", seed] + arguments) }

    private func write(_ files: [String: String?]) throws {
        for (path, text) in files {
            let file = URL(filePath: "\(seed)/\(path)")
            if let text { try Data(text.utf8).write(to: file) } else { try FileManager.default.removeItem(at: file) }
        }
    }

    private func commit(_ subject: String) async throws {
        try await inSeed(["add", "-A"])
        try await inSeed(["commit", "-q", "-m", subject])
    }

    private var environment: [String: String] {
        var variables = [
            "HOME": root + "/home", "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
            "TMPDIR": root + "/home/tmp", "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
        ]
        for (name, value) in ["NAME": "Tester", "EMAIL": "tester@localhost"] {
            variables["GIT_AUTHOR_\(name)"] = value
            variables["GIT_COMMITTER_\(name)"] = value
        }
        return variables
    }

    @discardableResult
    private func run(_ words: [String]) async throws -> String {
        let result = try await ChildCommand(words[0], Array(words.dropFirst()), environment: environment, workingDirectory: root).run()
        try #require(result.succeeded, "\(words): \(result.outputText)\(result.errorText)")
        return result.outputText
    }
}

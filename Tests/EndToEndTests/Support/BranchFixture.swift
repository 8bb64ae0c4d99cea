import Engine
import Foundation
import Processes
import Testing

@testable import TestSupport

/// A repository with branches, and `cco merge`.
struct BranchFixture: Sendable {
    let root: String
    var origin: String { root + "/origin.git" }
    /// A clone that a person works in.
    var seed: String { root + "/seed" }

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

    /// Has origin refuse pushes to a branch, or take them again.
    func protect(_ branch: String?) throws {
        let hook = origin + "/hooks/update"
        guard let branch else { return try FileManager.default.removeItem(atPath: hook) }
        let script = "#!/bin/sh\ntest \"$1\" != refs/heads/\(branch) || { echo '\(branch) is protected'; exit 1; }\n"
        try Data(script.utf8).write(to: URL(filePath: hook))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
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

    /// Starts a merge in the background.
    func begin(_ words: [String]) async throws -> RunningCco { try await start(["merge", "--target", "main"] + words) }

    /// Starts any command in the background.
    func start(_ words: [String]) async throws -> RunningCco {
        let folder = root + "/background-\(UUID().uuidString.prefix(6))"
        var specification = SupervisedProcess.Specification(
            directory: folder, marker: folder, command: [BuiltProducts.cco] + words, workingDirectory: root, grace: .seconds(30))
        // The gate's processes would end with it: here it only stands for a terminal.
        specification.usesControlGroups = false
        let launcher = ShimLauncher(shimExecutable: BuiltProducts.folder + "/cco-shim")
        return RunningCco(process: try await launcher.launch(specification, environment: environment, standardInput: []))
    }

    /// Has git reach every host by a command that tells that it has begun, and stands still.
    func holdHosts() async throws -> HeldGate {
        let gate = try await heldGate()
        let script = root + "/ssh"
        try Data("#!/bin/sh\necho > '\(gate.beginning)'\ncat '\(gate.release)'\n".utf8).write(to: URL(filePath: script))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        try Data("[core]\n\tsshCommand = \(script)\n".utf8).write(to: URL(filePath: root + "/home/.gitconfig"))
        return gate
    }

    /// A clone of the origin's newest commits, with branches of its own.
    func shallowClone(branches: [String]) async throws -> String {
        let path = root + "/shallow"
        try await run(["git", "clone", "-q", "--depth", "1", "--no-single-branch", "file://\(origin)", path])
        for branch in branches { try await run(["git", "-C", path, "branch", "-q", branch, "origin/\(branch)"]) }
        return path
    }

    /// A gate that notes the files that it runs on, and stands still the first time that it finds the file `one.txt`.
    func heldGate() async throws -> HeldGate {
        let gate = HeldGate(root: root)
        try await run(["mkfifo", gate.beginning, gate.release])
        return gate
    }

    /// Waits until the gate stands still.
    func untilHeld(_ gate: HeldGate) async throws { try await run(["cat", gate.beginning]) }

    /// Has the gate go on.
    func letGo(_ gate: HeldGate) async throws { try await run(["sh", "-c", "echo > '\(gate.release)'"]) }

    /// The files of each tree that the gate has run on.
    func gated(by gate: HeldGate) throws -> [Set<String>] {
        try String(contentsOfFile: gate.log, encoding: .utf8).split(separator: "\n").map { Set($0.split(separator: " ").map(String.init)) }
    }

    /// What `cco queue` says of merges into the origin, for people and for programs.
    func queue(_ words: [String] = []) async throws -> (text: String, run: QueuedRun) {
        let text = try await call(["queue", "--repository", origin] + words)
        try #require(text.exit == .exited(0), "\(text.outputText)\(text.errorText)")
        let json = try await call(["queue", "--repository", origin, "--json"] + words)
        let runs = try JSONDecoder().decode([String: [QueuedRun]].self, from: Data(json.standardOutput))["runs"] ?? []
        return (text.outputText, try #require(runs.first, "\(json.outputText)"))
    }

    /// The workspaces that merges have in the user's cache.
    func workspaces() throws -> [Workspace] {
        let merges = root + "/home/.cache/cco/merge"
        return try FileManager.default.contentsOfDirectory(atPath: merges).map { Workspace(path: "\(merges)/\($0)") }
    }

    /// The report of the newest merge.
    func report() throws -> String {
        let folders = try workspaces().flatMap { workspace in
            try FileManager.default.contentsOfDirectory(atPath: workspace.path + "/logs").map { "\(workspace.path)/logs/\($0)" }
        }
        return try String(contentsOfFile: try #require(folders.max()) + "/report.md", encoding: .utf8)
    }

    /// What commands have for the time that they take.
    func temporaryFiles() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: root + "/home/tmp") }

    /// Expects that no process of a merge, and none of its gates, is alive.
    func expectNoProcess(_ location: SourceLocation = #_sourceLocation) throws {
        for workspace in try workspaces() {
            for run in try workspace.runs() {
                let alive = try ProcessSweep.find(marker: run.marker)
                #expect(alive.isEmpty, "processes of \(run.marker) are left: \(alive)", sourceLocation: location)
            }
        }
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

    /// The object that a name stands for at the origin.
    func revision(_ name: String) async throws -> String {
        try await git(["rev-parse", name]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Expects that no repository, lock or half-written file is left.
    func expectNothingLeft(_ location: SourceLocation = #_sourceLocation) async throws {
        let left = try await run([
            "find", root + "/home", origin, "(", "-name", "*.lock", "-o", "-name", "*.new", "-o", "-name", "hub.git", "-o", "-name",
            "tmp_*", "-o", "-type", "s", ")",
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

/// Where a gate stands still, and what it has run on.
struct HeldGate: Sendable {
    let root: String
    /// Pipes: the gate tells that it stands still, and is told to go on.
    var beginning: String { root + "/gate-begins" }
    var release: String { root + "/gate-goes-on" }
    var log: String { root + "/gated" }

    /// What `--verify` gets.
    var command: String {
        let hold = "if test -e one.txt && mkdir '\(root)/held' 2>/dev/null; then echo > '\(beginning)'; cat '\(release)'; fi"
        return "echo * >> '\(log)'; \(hold); sh check.sh"
    }
}

/// What a test reads of `cco queue --json`.
struct QueuedRun: Decodable {
    struct Queue: Decodable {
        let target: String
        let candidates: [Candidate]
    }
    struct Candidate: Decodable {
        let what: String
        let state: String
        let why: String
        let since: Since
    }
    struct Since: Decodable { let iso: String }
    struct Outcome: Decodable { let branches: [Branch] }
    struct Branch: Decodable {
        let name: String
        let outcome: String
    }

    let kind: String
    let state: String
    let reason: String?
    let queues: [Queue]
    let outcome: Outcome?
}

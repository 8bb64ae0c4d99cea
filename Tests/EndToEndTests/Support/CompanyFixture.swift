import Engine
import Foundation
import JSON
import Processes
import Testing

@testable import TestSupport

/// A repository, a configuration and a scripted model for the real `cco` with the real Claude Code CLI, all in a folder of its own.
struct CompanyFixture: Sendable {
    let root: String
    let api: ScriptedMessagesAPI
    let cli: String
    var configName = "config"

    var origin: String { root + "/origin.git" }
    var config: String { "\(root)/\(configName)" }
    var home: String { root + "/home" }

    /// Runs `body` with a repository that holds the plan's seed files and a scripted model that plays the plan.
    ///
    /// - Parameter keys: entries of the key file; those without a `baseUrl` get the scripted model's.
    static func with(
        _ plan: CompanyPlan, script: (any ModelScript)? = nil, options: [String: JSONValue] = [:], keys: [[String: JSONValue]]? = nil,
        _ body: @escaping @Sendable (CompanyFixture) async throws -> Void
    ) async throws {
        let cli = try RealCLI.locate().path
        let root = FileManager.default.temporaryDirectory.appending(path: "cco-e2e-\(UUID().uuidString.prefix(8))").path
        for folder in ["", "/config", "/home/tmp"] {
            try FileManager.default.createDirectory(
                atPath: root + folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let script = script ?? CompanyScript(plan)
        try await ScriptedMessagesAPI.serving(ClosureScript { await script.reply(to: $0) }) { api in
            let fixture = CompanyFixture(root: root, api: api, cli: cli)
            do {
                try await fixture.seed(plan)
                try fixture.configure(plan, options: options, keys: keys)
                try await body(fixture)
            } catch {
                await fixture.end()
                throw error
            }
            await fixture.end()
        }
    }

    /// Ends every process of the fixture and removes its folder, unless `CCO_TEST_KEEP` asks for it.
    private func end() async {
        do {
            for marker in try markers() + backgroundMarkers() { _ = try await ProcessSweep.end(marker: marker) }
            if ProcessInfo.processInfo.environment["CCO_TEST_KEEP"] == nil { try FileManager.default.removeItem(atPath: root) }
        } catch {
            Issue.record("the fixture could not be cleared away: \(error)")
        }
    }

    /// What the processes of the fixture's runs carry in their environment.
    func markers() throws -> [String] { try Workspace(path: config + "/workspace").runs().map(\.marker) }

    /// What programs carry that a test began in the background, and their children: a test that throws leaves a `cco web` or a tmux behind.
    private func backgroundMarkers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasPrefix(Self.background) }.map { "\(root)/\($0)" }
    }

    /// How the folders of programs begin that a test begins in the background.
    static let background = "background-"

    private func seed(_ plan: CompanyPlan) async throws {
        try await git(["init", "-q", "--bare", "-b", "main", origin])
        guard !plan.seedFiles.isEmpty else { return }
        let seed = root + "/seed"
        try await git(["init", "-q", "-b", "main", seed])
        for file in plan.seedFiles {
            let path = "\(seed)/\(file.path)"
            try FileManager.default.createDirectory(
                atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: URL(filePath: path))
        }
        try await git(["-C", seed, "add", "-A"])
        try await git(["-C", seed, "commit", "-q", "-m", "Seed"])
        try await git(["-C", seed, "push", "-q", origin, "main"])
    }

    private func configure(_ plan: CompanyPlan, options: [String: JSONValue], keys: [[String: JSONValue]]?) throws {
        var orchestrator: [String: JSONValue] = [
            "repositoryUrl": .string(origin), "workerCount": 2, "authMode": "api-keys-only", "claudeExecutable": .string(cli),
            "maxRunDurationMinutes": 20,
        ]
        if let command = plan.verifyCommand { orchestrator["verifyCommand"] = .string(command) }
        orchestrator.merge(options) { _, new in new }
        try Data(try JSONValue.object(orchestrator).text().utf8).write(to: URL(filePath: config + "/orchestrator.json"))
        try setKeys(keys ?? [["name": "key-1", "apiKey": .string(Self.key)]])
    }

    /// Writes the key file; entries without a `baseUrl` get the scripted model's, unless they are a cloud's.
    func setKeys(_ keys: [[String: JSONValue]]) throws {
        let entries = keys.map { entry in
            var entry = entry
            let isCloud = entry["env"]?.object?.keys.contains { $0.hasPrefix("CLAUDE_CODE_USE_") } ?? false
            if !isCloud { entry["baseUrl"] = entry["baseUrl"] ?? .string(api.baseURL) }
            return JSONValue.object(entry)
        }
        let path = config + "/api-keys.json"
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(try JSONValue.array(entries).text().utf8), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Has the configuration name the repository in another way.
    func setRepository(_ url: String) throws { try setOption("repositoryUrl", .string(url)) }

    /// Changes an option.
    func setOption(_ name: String, _ value: JSONValue) throws {
        let file = URL(filePath: config + "/orchestrator.json")
        guard case .object(var options) = try JSONValue(parsing: String(contentsOf: file, encoding: .utf8)) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        options[name] = value
        try Data(try JSONValue.object(options).text().utf8).write(to: file)
    }

    /// A made-up key.
    static let key = "sk-ant-test-0123456789-abcdefghij"

    var environment: [String: String] {
        var variables = [
            "HOME": home, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
            "TMPDIR": home + "/tmp",
            "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
        ]
        for (name, value) in ["NAME": "Tester", "EMAIL": "tester@localhost"] {
            variables["GIT_AUTHOR_\(name)"] = value
            variables["GIT_COMMITTER_\(name)"] = value
        }
        return variables
    }

    /// Runs a `cco` command to its end.
    ///
    /// - Parameter through: words before the command, such as `env NAME=value`, which have to end by executing it.
    @discardableResult
    func cco(
        _ arguments: [String], through: [String] = [], environment more: [String: String] = [:], timeout: Duration = .seconds(300)
    ) async throws -> ChildCommandResult {
        let words = through + [BuiltProducts.cco] + arguments + ["--config", config]
        return try await ChildCommand(
            words[0], Array(words.dropFirst()), environment: environment.merging(more) { _, new in new }, workingDirectory: root,
            timeout: timeout
        ).run()
    }

    @discardableResult
    func git(_ arguments: [String]) async throws -> String { try await command(["git"] + arguments) }

    /// Runs a program that has to succeed, and returns what it printed.
    @discardableResult
    func command(_ words: [String]) async throws -> String {
        let result = try await ChildCommand(words[0], Array(words.dropFirst()), environment: environment, workingDirectory: root).run()
        guard result.succeeded else { throw CommandFailure(description: "\(words.joined(separator: " ")): \(result.errorText)") }
        return result.outputText
    }

    /// A fresh clone of a branch of origin, made as anybody would make it.
    func freshClone(branch: String = "main") async throws -> String {
        let path = root + "/clone-\(UUID().uuidString.prefix(6))"
        try await git(["clone", "-q", "--no-local", "--branch", branch, origin, path])
        return path
    }
}

struct CommandFailure: Error, CustomStringConvertible {
    let description: String
}

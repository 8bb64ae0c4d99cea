import Foundation
import JSON
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Agents

/// A folder with a home, a repository folder and nothing of the developer's, for runs of the real CLI.
struct CLIWorkplace {
    let root: URL
    var home: String { root.appending(path: "home").path }
    var repository: String { root.appending(path: "repo").path }

    /// Makes the folder, lends it, and removes it.
    static func lend<Result>(_ body: (CLIWorkplace) async throws -> Result) async throws -> Result {
        let root = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appending(path: "cco-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }  // a leftover in the temporary folder harms nothing
        let workplace = CLIWorkplace(root: root)
        for folder in [workplace.home + "/tmp", workplace.repository] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        return try await body(workplace)
    }

    /// What a run of the CLI left.
    struct Outcome {
        let exitCode: Int?
        /// The lines of standard output.
        let lines: [JSONValue]
        let errors: String

        var result: JSONValue? { lines.last { $0["type"] == "result" } }
        /// The line that tells of an error of the API.
        var apiError: JSONValue? { lines.last { $0["is_api_error_message"] == true } }
        var retries: [JSONValue] { lines.filter { $0["subtype"] == "api_retry" } }
    }

    /// Runs one turn with the prompt on standard input.
    func turn(
        _ prompt: String, port: Int, apiKey: String? = "sk-test-key", resume: String? = nil, session: String,
        variables: [String: String] = [:]
    )
        async throws -> Outcome
    {
        let file = root.appending(path: "prompt").path
        try prompt.write(toFile: file, atomically: true, encoding: .utf8)
        return try await run(
            try FileDescriptor.open(FilePath(file), .readOnly), ["-p", "--output-format", "stream-json", "--verbose"], port: port,
            apiKey: apiKey, resume: resume, session: session, variables: variables)
    }

    /// Runs a turn that is spoken to.
    func conversation(
        _ prompt: String, _ speaker: Speaker, port: Int, resume: String? = nil, session: String, options: [String] = []
    ) async throws -> Outcome {
        speaker.say(InputLine.user(prompt, uuid: nil))
        let arguments = [
            "-p", "--output-format", "stream-json", "--verbose", "--input-format", "stream-json", "--replay-user-messages",
        ]
        return try await run(
            try FileDescriptor.open(FilePath(speaker.path), .readOnly), arguments + options, port: port, resume: resume, session: session)
    }

    /// The input of a turn that is spoken to.
    func speaker() throws -> Speaker { try Speaker(path: root.appending(path: "input").path) }

    private func run(
        _ input: FileDescriptor, _ arguments: [String], port: Int, apiKey: String? = "sk-test-key", resume: String? = nil, session: String,
        variables: [String: String] = [:]
    ) async throws -> Outcome {
        var environment = RealCLI.environment(home: home, apiPort: port, apiKey: apiKey)
        environment["CLAUDE_CODE_MAX_RETRIES"] = "1"
        environment.merge(variables) { _, new in new }
        let schema = #"{"type":"object","properties":{"summary":{"type":"string"}},"required":["summary"],"additionalProperties":false}"#
        let result = try await Subprocess.run(
            .path(FilePath(RealCLI.locate().path)),
            arguments: Arguments(
                arguments + [
                    "--json-schema", schema, resume == nil ? "--session-id" : "--resume",
                    resume ?? session, "--tools", "Bash,Edit,Read,Write", "--permission-mode", "bypassPermissions", "--setting-sources",
                    "user",
                    "--strict-mcp-config",
                ]),
            environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            workingDirectory: FilePath(repository),
            input: .fileDescriptor(input, closeAfterSpawningProcess: true),
            output: .string(limit: 8 << 20), error: .string(limit: 1 << 20))
        var exitCode: Int?
        if case .exited(let code) = result.terminationStatus { exitCode = Int(code) }
        let lines = try result.standardOutput.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        return Outcome(exitCode: exitCode, lines: lines, errors: result.standardError)
    }
}

/// A named pipe that stays open until it is ended, whoever else writes into it.
final class Speaker: Sendable {
    let path: String
    private let pipe: Mutex<FileDescriptor?>

    init(path: String) throws {
        guard mkfifo(path, 0o600) == 0 else { throw Errno(rawValue: errno) }
        self.path = path
        // For reading too, so that opening never waits.
        pipe = Mutex(try FileDescriptor.open(FilePath(path), .readWrite, options: .closeOnExec))
    }

    func say(_ text: String) {
        pipe.withLock { pipe in
            do { _ = try pipe?.writeAll(Array(text.utf8)) } catch { Issue.record("it could not be said: \(error)") }
        }
    }

    /// Ends the input; nothing more can be said.
    func end() {
        pipe.withLock { pipe in
            do { try pipe?.close() } catch { Issue.record("the input could not be ended: \(error)") }
            pipe = nil
        }
    }
}

import Foundation
import Subprocess
import SystemPackage
import TestSupport

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
        let lines: [JSONFragment]
        let errors: String

        var result: JSONFragment? { lines.last { $0["type"] == "result" } }
        /// The line that tells of an error of the API.
        var apiError: JSONFragment? { lines.last { $0["is_api_error_message"] == true } }
        var retries: [JSONFragment] { lines.filter { $0["subtype"] == "api_retry" } }
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
        var environment = RealCLI.environment(home: home, apiPort: port, apiKey: apiKey)
        environment["CLAUDE_CODE_MAX_RETRIES"] = "1"
        environment.merge(variables) { _, new in new }
        let schema = #"{"type":"object","properties":{"summary":{"type":"string"}},"required":["summary"],"additionalProperties":false}"#
        let result = try await run(
            .path(FilePath(RealCLI.locate().path)),
            arguments: [
                "-p", "--output-format", "stream-json", "--verbose", "--json-schema", schema, resume == nil ? "--session-id" : "--resume",
                resume ?? session, "--tools", "Bash,Edit,Read,Write", "--permission-mode", "bypassPermissions", "--setting-sources", "user",
                "--strict-mcp-config",
            ],
            environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            workingDirectory: FilePath(repository),
            input: .fileDescriptor(try FileDescriptor.open(FilePath(file), .readOnly), closeAfterSpawningProcess: true),
            output: .string(limit: 8 << 20), error: .string(limit: 1 << 20))
        var exitCode: Int?
        if case .exited(let code) = result.terminationStatus { exitCode = Int(code) }
        let lines = try result.standardOutput.split(separator: "\n").map { try JSONFragment(parsing: String($0)) }
        return Outcome(exitCode: exitCode, lines: lines, errors: result.standardError)
    }
}

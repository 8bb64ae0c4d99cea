import Agents
import Foundation
import Glibc
import JSON
import Orchestration
import Subprocess
import SystemPackage
import TestSupport

/// A scratch repository in which the real CLI plays workers of a scripted company, asked with cco's own prompts and arguments.
struct CompanyStage {
    let place: CLIWorkplace
    let api: ScriptedMessagesAPI
    let session = UUID().uuidString.lowercased()

    /// Lends a stage whose repository holds the plan's first files.
    static func lend(_ plan: CompanyPlan, _ body: @Sendable @escaping (CompanyStage) async throws -> Void) async throws {
        try await CLIWorkplace.lend { place in
            try await ScriptedMessagesAPI.serving(CompanyScript(plan)) { api in
                let stage = CompanyStage(place: place, api: api)
                for file in plan.seedFiles {
                    try file.text.write(toFile: place.repository + "/" + file.path, atomically: true, encoding: .utf8)
                }
                try await stage.shell(
                    "git init -q -b main && git config user.name w && git config user.email w@x && git add -A && git commit -q --allow-empty -m seed"
                )
                try await body(stage)
            }
        }
    }

    /// Runs a shell command in the repository and returns its output.
    @discardableResult
    func shell(_ command: String) async throws -> String {
        let result = try await run(
            .path("/bin/sh"), arguments: ["-c", command], environment: environment(), workingDirectory: FilePath(place.repository),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            throw CommandFailed(command: command, output: result.standardOutput + result.standardError)
        }
        return result.standardOutput.trimmingCharacters(in: .newlines)
    }

    /// Runs one turn of a worker.
    func turn(_ material: TurnMaterial) async throws -> CLIWorkplace.Outcome {
        let folder = place.root.path + "/turn"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let order = TurnOrder(
            role: material.role, sessionID: session, resume: material.continuing, turn: try PromptLibrary().render(material),
            turnDirectory: folder)
        let invocation = ClaudeCodeBackend(executable: try RealCLI.locate().path, runsAsRoot: geteuid() == 0).invocation(for: order)
        for file in invocation.files + [invocation.standardInput] {
            try file.contents.write(toFile: file.path, atomically: true, encoding: .utf8)
        }
        let input = try FileDescriptor.open(FilePath(invocation.standardInput.path), .readOnly)
        let result = try await run(
            .path(FilePath(invocation.executable)), arguments: Arguments(invocation.arguments),
            environment: environment(invocation.environment),
            workingDirectory: FilePath(place.repository), input: .fileDescriptor(input, closeAfterSpawningProcess: true),
            output: .string(limit: 8 << 20), error: .string(limit: 1 << 20))
        var exitCode: Int?
        if case .exited(let code) = result.terminationStatus { exitCode = Int(code) }
        let lines = try result.standardOutput.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        return CLIWorkplace.Outcome(exitCode: exitCode, lines: lines, errors: result.standardError)
    }

    private func environment(_ more: [String: String] = [:]) -> Environment {
        let variables = RealCLI.environment(home: place.home, apiPort: api.port).merging(more) { _, new in new }
        return .custom(Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
    }

    struct CommandFailed: Error {
        var command: String
        var output: String
    }
}

import Foundation

/// A repository and a configuration for a whole run whose agents are `bench-agent`.
struct AgentSite {
    let laboratory: Laboratory
    let origin: String
    let config: String
    var agent: String { laboratory.tools.bench("agent") }

    init(laboratory: Laboratory, graph: TaskGraph, workers: Int, options: [String: String] = [:]) throws {
        self.laboratory = laboratory
        origin = try laboratory.repository(
            files: 50, branches: [], more: ["PROJECT_DIRECTION.md": "# Bench\n\nWrite the files below src/.\n"])
        config = try laboratory.folder("site")
        let plan = config + "/plan.json"
        try graph.plan().write(toFile: plan, atomically: false, encoding: .utf8)
        var fields = [
            "repositoryUrl": "\"\(origin)\"", "workerCount": "\(workers)", "engineerManagerGroupSize": "\(workers)",
            "unlimitedWorkers": "\(workers > 20)", "authMode": "\"api-keys-only\"", "review": "\"none\"", "verifyCommand": "\"true\"",
            "claudeExecutable": "\"\(laboratory.tools.bench("agent"))\"", "agentEnvironment": "{\"BENCH_PLAN\": \"\(plan)\"}",
        ]
        fields.merge(options) { _, new in new }
        let text = "{" + fields.map { "\"\($0.key)\": \($0.value)" }.sorted().joined(separator: ",\n") + "}\n"
        try text.write(toFile: config + "/orchestrator.json", atomically: false, encoding: .utf8)
        let keys = #"[{"name": "key-1", "apiKey": "sk-ant-bench-0123456789-abcdefghij"}]"#
        try keys.write(toFile: config + "/api-keys.json", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: config + "/api-keys.json")
    }

    var startWords: [String] { [laboratory.cco, "start", "--config", config] }

    func run() throws -> Program.Result { try laboratory.run(startWords) }

    /// Fails unless so many files have landed on the target branch.
    func expectLanded(_ count: Int) throws {
        let files = try laboratory.run(["git", "--git-dir", origin, "ls-tree", "--name-only", "main:src"]).output
        let landed = files.split(separator: "\n").count { $0.hasSuffix(".txt") }
        guard landed == count else { throw Program.Failure(description: "\(landed) of \(count) tasks have landed") }
    }
}

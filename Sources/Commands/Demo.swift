import ArgumentParser
import ConfigurationFiles
import Engine
import TestSupport

/// `cco demo`
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch a whole run in about a minute, without an account.",
        discussion: """
            Two teams write a small program with tests, from an empty repository to a green main. The model is scripted: a server on the
            loopback address plays it. The Claude Code CLI and its tools, git, the gate and the merges are real; nothing leaves the machine.

            EXAMPLES:
              cco demo
              cco demo --directory ./demo --keep
              cco demo --claude ~/.local/bin/claude
            """)

    @Option(
        help: ArgumentHelp(
            "Where the demo's repository, configuration and logs go: a new or empty folder. (default: a temporary one)", valueName: "dir"),
        completion: .directory)
    var directory: String?

    @Option(
        help: ArgumentHelp("The Claude Code CLI. (default: the one that scripts/setup fetches, else the one on PATH)", valueName: "path"))
    var claude: String?

    @Flag(help: "Keep the agents' worktrees and the CLI's sessions, too.")
    var keep = false

    func run() async throws {
        let surroundings = Surroundings.current
        let program = try DemoStage.findClaude(claude, surroundings)
        let stage = try await DemoStage.make(directory: directory, surroundings: surroundings)
        for line in Self.introduction(stage) { surroundings.console.write(line) }
        let script = CompanyScript(DemoProject.plan, latency: .milliseconds(80))
        let keep = keep
        let status = try await ScriptedMessagesAPI.serving(script) { api in
            try stage.writeConfiguration(api: api.baseURL, claude: program, keepsWorktrees: keep)
            return try await EngineSession(surroundings: stage.surroundings, place: stage.place, choice: .new, starter: nil).run()
        }
        guard status == .ok else {
            surroundings.console.warn("The demo did not come to its end (\(status.meaning)). What there is, is in \(stage.path).")
            if status == .suspended {
                surroundings.console.warn("Its model has gone with this process, so it cannot be resumed; start it again.")
            }
            throw status
        }
        if !keep { try await stage.removeSessions() }
        for line in try await DemoClosing(stage: stage).lines() { surroundings.console.write(line) }
    }

    private static func introduction(_ stage: DemoStage) -> [String] {
        let style = Style(isOn: stage.surroundings.console.hasColour)
        return [
            "cco demo: \(DemoProject.workerCount) workers in two teams write `tally`, a small program with tests, from an empty repository.",
            "",
            style.bold("The model is scripted."),
            "A server on 127.0.0.1 plays it, mistakes included, so there is no account and no cost; the amounts in the report are made up.",
            "Everything else is real: the Claude Code CLI and its tools, git, worktrees, the gate (`\(DemoProject.verifyCommand)`), reviews and merges.",
            "Watch for: a plan that is refused, a review that sends work back, a red gate, and a conflict that keeps both sides.",
            "",
        ]
    }
}

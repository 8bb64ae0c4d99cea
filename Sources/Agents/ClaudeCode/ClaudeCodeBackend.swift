import Orchestration

/// Runs turns with the Claude Code CLI in its headless mode: one process for one turn.
package struct ClaudeCodeBackend: AgentBackend {
    /// Path of the `claude` executable.
    package var executable: String
    /// Whether the CLI will run as root. It then refuses to work without permission prompts unless it is told that it is in a sandbox.
    package var runsAsRoot: Bool

    package init(executable: String, runsAsRoot: Bool) {
        self.executable = executable
        self.runsAsRoot = runsAsRoot
    }

    package func invocation(for order: TurnOrder) -> Invocation {
        let systemPrompt = Invocation.File(path: order.turnDirectory + "/system-prompt.md", contents: order.turn.systemPrompt)
        return Invocation(
            executable: executable,
            arguments: arguments(for: order, systemPromptPath: systemPrompt.path),
            standardInput: Invocation.File(path: order.turnDirectory + "/prompt.md", contents: order.turn.userPrompt),
            files: [systemPrompt],
            environment: environment(for: order.role))
    }

    package func reader(for order: TurnOrder) -> any TurnReading { TurnReader(resuming: order.resume) }

    /// The folder between is named after the working directory.
    package func conversation(of session: String) -> [String?] { ["projects", nil, session + ".jsonl"] }
}

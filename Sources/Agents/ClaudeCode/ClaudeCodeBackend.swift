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
        let hook = StepHook(turnDirectory: order.turnDirectory).settings
        return Invocation(
            executable: executable,
            arguments: arguments(for: order, systemPromptPath: systemPrompt.path, settingsPath: hook.path),
            standardInput: Invocation.File(
                path: order.turnDirectory + "/prompt.json", contents: InputLine.user(order.turn.userPrompt, uuid: order.promptUUID)),
            takesMessages: true,
            files: [systemPrompt, hook],
            environment: environment(for: order.role))
    }

    /// One write of whole lines: the CLI breaks off first and takes the message as the next prompt of the same session.
    package func input(for message: Message) -> String? {
        let words = InputLine.user(MentionGuard.guarded(message.words), uuid: message.uuid)
        return message.interrupts ? InputLine.interrupt(id: message.uuid) + words : words
    }

    package func hold(in turnDirectory: String) -> Invocation.File? { StepHook(turnDirectory: turnDirectory).hold }

    package func reader(for order: TurnOrder) -> any TurnReading { TurnReader(resuming: order.resume, renewsLogin: order.renewsLogin) }

    /// The folder between is named after the working directory.
    package func conversation(of session: String) -> [String?] { ["projects", nil, session + ".jsonl"] }
}

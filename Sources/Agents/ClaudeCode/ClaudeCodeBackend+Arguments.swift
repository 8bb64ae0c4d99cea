import Orchestration

extension ClaudeCodeBackend {
    /// The CLI's arguments for a turn.
    ///
    /// - The prompt and every message come as lines of JSON; the CLI shows each when the model gets it, which acknowledges it.
    /// - `--setting-sources user` leaves out the repository's own settings, whose hooks would run on this machine, and its
    ///   MCP servers go with `--strict-mcp-config`.
    /// - `--settings` brings the hook that can hold a turn back (see `StepHook`).
    /// - Workers keep the CLI's own system prompt, which knows its tools, and get theirs behind it. Managers only read, so theirs
    ///   replaces it: 1.2k tokens less in every request. A resumed session goes on with the prompt that it began with.
    /// - Managers run in `dontAsk` without any allow rule: reading inside the working directory and `--add-dir` needs no
    ///   permission, and everything else is refused, reading elsewhere as well. `--tools` already leaves them nothing that writes.
    func arguments(for order: TurnOrder, systemPromptPath: String, settingsPath: String) -> [String] {
        var arguments = ["-p", "--output-format", "stream-json", "--verbose", "--input-format", "stream-json", "--replay-user-messages"]
        arguments += [order.resume ? "--resume" : "--session-id", order.sessionID]
        arguments += ["--setting-sources", "user", "--settings", settingsPath, "--strict-mcp-config", "--disable-slash-commands"]
        arguments += ["--tools", order.turn.tools.joined(separator: ",")]
        if order.role.writesCode {
            arguments += ["--permission-mode", "bypassPermissions", "--append-system-prompt-file", systemPromptPath]
        } else {
            arguments += ["--permission-mode", "dontAsk", "--system-prompt-file", systemPromptPath]
        }
        for directory in order.readableDirectories { arguments += ["--add-dir", directory] }
        if let model = order.model { arguments += ["--model", model] }
        if let effort = order.effort { arguments += ["--effort", effort.rawValue] }
        if let budget = order.budgetUsd { arguments += ["--max-budget-usd", Self.plainDecimal(budget)] }
        return arguments + ["--json-schema", order.turn.schema]
    }

    /// The CLI's variables for a turn.
    ///
    /// A prompt quotes diffs, logs and other agents' words, and the CLI would attach the file behind any `@path` in it, without
    /// asking and from anywhere on the machine. Managers therefore run without attachments; workers, whose attachments also tell
    /// them about files that changed on disk, without file mentions. (`MentionGuard` stops what the variables do not.)
    func environment(for role: Role) -> [String: String] {
        var variables = [
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1",
            // Memory files would carry words from one agent's session into others', past cco and outside the repository.
            "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
            // Nothing may outlive a turn, so there is nothing to put into the background.
            "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
            // The role's prompt says how to commit; the CLI's own instructions are about pull requests.
            "CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS": "1",
            "CLAUDE_CODE_DISABLE_FILE_MENTIONS": "1",
            "CLAUDE_CODE_DISABLE_TERMINAL_TITLE": "1",
        ]
        if role.writesCode {
            // Builds and test suites take longer than the CLI's two minutes; the turn has its own time limit.
            variables["BASH_DEFAULT_TIMEOUT_MS"] = "600000"
            variables["BASH_MAX_TIMEOUT_MS"] = "3600000"
            if runsAsRoot { variables["IS_SANDBOX"] = "1" }
        } else {
            variables["CLAUDE_CODE_DISABLE_ATTACHMENTS"] = "1"
        }
        return variables
    }

    /// A dollar amount without an exponent, which the CLI's parser of numbers need not know.
    static func plainDecimal(_ amount: Double) -> String {
        let tenThousandths = Int64(((amount > 0 ? min(amount, 1_000_000) : 0) * 10_000).rounded(.up))
        let fraction = String(tenThousandths % 10_000)
        return "\(tenThousandths / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
    }
}

import ArgumentParser

/// `cco`
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cco",
        abstract: "Orchestrates many Claude Code agents that build one project together.",
        discussion: """
            Without a command, `cco` is `cco start`. Every command takes --config and --workspace; `cco <command> --help` shows examples.

            EXAMPLES:
              cco init ./my-config --repository https://github.com/me/project.git --workers 4
              cco doctor --config ./my-config
              cco start --config ./my-config
              cco --generate-completion-script bash
            """,
        version: CommandLineTool.version,
        subcommands: [
            Start.self,
            Pause.self,
            Resume.self,
            Status.self,
            Watch.self,
            Web.self,
            Replay.self,
            MCPCommand.self,
            Export.self,
            Queue.self,
            Tell.self,
            Messages.self,
            Questions.self,
            Answer.self,
            Approve.self,
            Reject.self,
            TaskCommand.self,
            AgentCommand.self,
            SetCommand.self,
            Logs.self,
            Report.self,
            Verify.self,
            Merge.self,
            Cleanup.self,
            Doctor.self,
            Init.self,
            Demo.self,
            Simulate.self,
        ],
        defaultSubcommand: Start.self)
}

import FoundationEssentials

/// Keeps the CLI from asking the model again, without breaking off what it is doing.
///
/// The CLI runs `PostToolBatch` hooks when all tools of an answer have ended, however they ended, `Stop` hooks when an answer calls none, and
/// `UserPromptSubmit` hooks before a prompt or message that would begin another round; one that says `"continue": false` ends the turn there, with every
/// result and every message kept in the conversation. The hook says what a file holds that is not there until the turn is to end. An answer that is a
/// fitting report passes by the hooks. Measured with Claude Code 2.1.330: 1 to 3 ms for each round of tools.
struct StepHook {
    private struct Answer: Encodable {
        var `continue` = false
        /// The model reads it when its session goes on.
        var stopReason = "a usage limit was reached; go on where you were"
    }

    private struct Settings: Encodable {
        struct Command: Encodable {
            var type = "command"
            var command: String
            /// In seconds.
            var timeout = 10
        }

        struct Matcher: Encodable { var hooks: [Command] }

        var hooks: [String: [Matcher]]
    }

    let turnDirectory: String

    /// What the CLI is given with `--settings`.
    var settings: Invocation.File {
        let matcher = Settings.Matcher(hooks: [.init(command: command)])
        let hooks = Dictionary(uniqueKeysWithValues: ["PostToolBatch", "Stop", "UserPromptSubmit"].map { ($0, [matcher]) })
        return .init(path: turnDirectory + "/settings.json", contents: InputLine.json(Settings(hooks: hooks)))
    }

    /// Once this is there, no further request is made.
    var hold: Invocation.File { .init(path: turnDirectory + "/hold.json", contents: InputLine.json(Answer())) }

    private var command: String {
        let path = "'" + hold.path.replacing("'", with: "'\\''") + "'"
        return "[ ! -e \(path) ] || cat \(path)"
    }
}

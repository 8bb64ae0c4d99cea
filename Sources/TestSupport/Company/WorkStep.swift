/// One thing that a scripted worker does with its tools.
package enum WorkStep: Sendable, Equatable {
    /// Writes whole files through the Write tool, all in one message. Paths are relative to the worktree.
    case write([WorkFile])
    /// Reads a file and replaces a piece of it through the Edit tool, unless the new text is there already.
    case edit(path: String, old: String, new: String)
    /// Runs a shell command through the Bash tool.
    case run(String)
    /// Commits everything there is, unless there is nothing and it was done before.
    case commit(String)

    /// The command behind `commit`. It may run twice: a worker that was interrupted goes through its steps again. What cco has saved for it by then
    /// has no such words, by which the lead knows the work: they come with an empty commit.
    static func commitCommand(_ message: String) -> String {
        let message = shellQuoted(message)
        let isDone = "git diff --cached --quiet && git log -30 --format=%s | grep -qxF \(message)"
        return "git add -A && { { \(isDone); } || git commit -q --allow-empty -m \(message); }"
    }

    /// A text as one word of a shell command.
    package static func shellQuoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    var isCommit: Bool { if case .commit = self { true } else { false } }
}

/// A file that a scripted worker writes.
package struct WorkFile: Sendable, Equatable {
    package var path: String
    package var text: String

    package init(_ path: String, _ text: String) {
        self.path = path
        self.text = text
    }
}

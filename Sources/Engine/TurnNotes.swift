import Agents
import Git

/// What a worker is told whose worktree holds a part of the files.
enum SparseNote {
    static func text(_ cone: Cone) -> String {
        """


        Your worktree holds only a part of the repository's files: those of its root and \(cone.folders.sorted().joined(separator: ", ")). The others are \
        not deleted, they are only not there. `git sparse-checkout add FOLDER` brings a folder in, `git ls-tree` and `git show` look without it.
        """
    }
}

/// What a session is told that was interrupted in the middle of its work.
enum ContinuationNote {
    static let text = """
        Your last turn was interrupted from outside before you returned a report; nothing that you did was undone. Look at where you stand and go on \
        from there. The assignment was:


        """
}

extension RenderedTurn {
    /// Stands for what a process that is already running was told.
    static let known = RenderedTurn(systemPrompt: "", userPrompt: "", schema: "{}", tools: [])
}

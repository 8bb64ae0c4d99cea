import Orchestration

/// What became of a push. A push is never forced.
package enum PushOutcome: Sendable, Equatable {
    /// The origin's branch is now at the commit.
    case pushed
    /// It was there already.
    case alreadyThere
    /// The origin's branch has commits that ours lacks, or is not where it was expected; nil if its head could not be read afterwards, or it
    /// is gone. Fetch, integrate, verify again.
    case moved(remoteHead: ObjectID?)
    /// Somebody else holds the origin's branch and does not move it, as far as could be seen: try again a little later.
    case contested(reason: String)
    /// The origin was reached and says no: a hook, a protected branch, a checked-out branch, missing rights.
    case refused(reason: String)
    /// The origin was not reached, the connection broke, or there is no repository in its place.
    case unreachable(reason: String)
}

/// A push of a branch and, apart from it, of the receipts.
package struct PushReport: Sendable, Equatable {
    /// What became of the branch.
    package let branch: PushOutcome
    /// What became of the notes; nil if they were not asked for, or the branch did not get through. Never affects the branch.
    package let notes: PushOutcome?
}

/// Whether the origin will take a push, as far as can be told without making one.
package enum PushPreflight: Sendable, Equatable {
    /// Nothing speaks against it.
    case ready
    /// The origin is a working clone on this machine with the branch checked out, and refuses pushes to it. `advice` is a command for
    /// the user to choose from.
    case checkedOut(at: String, advice: String)
    /// The same, but the clone is in the midst of something that began on the branch.
    case occupied(at: String, by: UnfinishedWork)
    /// The origin was reached and refuses.
    case refused(reason: String)
    /// The origin was not reached.
    case unreachable(reason: String)
}

/// What a worktree is in the midst of: no branch is checked out, and git keeps the one that it began on for it.
package enum UnfinishedWork: String, Sendable {
    case rebase, bisection

    /// The commands that end it, for the user to choose from.
    package var endings: String {
        switch self {
        case .rebase: "git rebase --continue or --abort"
        case .bisection: "git bisect reset"
        }
    }
}

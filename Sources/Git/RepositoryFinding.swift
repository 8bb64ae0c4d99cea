import Orchestration

/// Something that a recovery found in a git repository, and what it did about it. For the log, and for tests.
package enum RepositoryFinding: Sendable, Hashable, CustomStringConvertible {
    /// A git command of an engine that is gone was still at work; it has been ended, or has ended by itself.
    case orphan(command: String, hasEnded: Bool)
    /// A lock or half-written file.
    case leftover(Leftover)
    /// A file of the git directory itself was unreadable and has been written anew.
    case rewritten(path: String)
    /// A folder that is no repository was in the way and is kept under another name.
    case setAside(path: String)
    /// A ref pointed to nothing usable and is back at the last value the caller knew.
    case refReset(name: String, to: ObjectID)
    /// A ref points to nothing usable, and no earlier value is known; it was left alone.
    case refBroken(name: String, reason: String)
    /// A check of all objects failed.
    case damaged(detail: String)
    /// An agent's removal had been interrupted and is finished.
    case removalFinished(path: String)
    /// An agent's worktree was gone, or half-filled, and has been filled from this commit.
    case worktreeFilled(path: String, commit: ObjectID)
    /// An agent's branch pointed to a commit that is not whole; it is back at the last one that is.
    case branchReset(branch: String, from: ObjectID?, to: ObjectID)

    /// Objects (or packs) of an agent's could not be read and have been taken away.
    case objectsRemoved(path: String, count: Int)

    /// Whether a person should look at it.
    package var isTrouble: Bool {
        switch self {
        case .refBroken, .damaged, .setAside, .branchReset, .objectsRemoved: true
        case .orphan(_, let hasEnded): !hasEnded
        case .leftover(let leftover): leftover.outcome != .removed
        case .rewritten, .refReset, .removalFinished, .worktreeFilled: false
        }
    }

    package var description: String {
        switch self {
        case .orphan(let command, let hasEnded):
            hasEnded ? "ended what an earlier engine had left running: \(command)" : "could not end \(command)"
        case .leftover(let leftover): leftover.description
        case .rewritten(let path): "wrote the unreadable \(path) anew"
        case .setAside(let path): "what was in the repository's place is no repository; it is now at \(path)"
        case .refReset(let name, let id): "\(name) pointed to nothing usable and is back at \(id)"
        case .refBroken(let name, let reason): "\(name) is unusable (\(reason)), and no earlier value is known; it was left alone"
        case .damaged(let detail): "the repository is damaged: \(detail)"
        case .removalFinished(let path): "finished the interrupted removal of \(path)"
        case .worktreeFilled(let path, let commit): "filled the worktree \(path) again from \(commit)"
        case .objectsRemoved(let path, let count): "\(count) objects or packs in \(path) could not be read and were taken away"
        case .branchReset(let branch, let old, let id):
            "the agent's branch \(branch) was at \(old?.hex ?? "nothing"), which is not whole; it is back at \(id)"
        }
    }
}

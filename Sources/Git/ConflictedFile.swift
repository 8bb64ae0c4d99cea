import Orchestration

/// One file that two commits cannot agree on.
package struct ConflictedFile: Sendable, Equatable {
    /// The path in the tree; bytes that are not UTF-8 are replaced.
    package let path: String
    /// Git's stable names of what is wrong, such as `CONFLICT (contents)` or `CONFLICT (modify/delete)`.
    package let kinds: [String]
    /// Git's sentences about it, for people and agents.
    package let messages: [String]
    /// The regions with conflict markers, with the common ancestor's lines and a few lines around; empty for a file without any.
    package let hunks: String
    /// Whether `hunks` was cut short.
    package let truncated: Bool
    /// Whether the file is not text, so that no hunks can be shown.
    package let isBinary: Bool
}

/// What merging two commits in memory gives.
package enum TreeMerge: Sendable, Equatable {
    /// The merged tree, written to the hub.
    case clean(tree: ObjectID)
    /// What stands in the way; nothing was moved.
    case conflict([ConflictedFile])
}

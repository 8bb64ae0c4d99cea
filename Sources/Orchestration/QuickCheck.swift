/// How far the quick gate is with what a worker handed in. It looks at the worker's own commit, before anybody reviews it, and decides nothing
/// about any branch: only the gate does.
package struct QuickCheck: Codable, Sendable, Equatable {
    package var commit: ObjectID
    package var tree: ObjectID
    /// Whether the work goes to the merge queue next, and not to its lead.
    package var skipsReview: Bool
    package var since: Timestamp
    /// `nil` while it is awaited.
    package var verdict: QuickVerdict?

    package init(commit: ObjectID, tree: ObjectID, skipsReview: Bool, since: Timestamp) {
        self.commit = commit
        self.tree = tree
        self.skipsReview = skipsReview
        self.since = since
    }
}

/// What the quick gate says of a tree.
package enum QuickVerdict: Codable, Sendable, Equatable {
    case green(milliseconds: Int64)
    case red(GateExcerpt)
    /// Nobody needs it any more: the run is ending, or the command was taken out of the configuration.
    case skipped
}

extension QuickVerdict {
    /// What is remembered of it for later submissions of the same tree.
    var remembered: QuickVerdict? {
        switch self {
        case .green: return self
        case .red(var excerpt):
            excerpt.tail = ""
            return .red(excerpt)
        case .skipped: return nil
        }
    }
}

extension TeamTask {
    /// Whether the quick gate has yet to say something about what the worker handed in.
    package var awaitsQuickCheck: Bool { state == .submitted && quick != nil && quick?.verdict == nil }
}

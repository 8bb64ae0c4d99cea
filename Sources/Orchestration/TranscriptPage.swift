/// One thing that an agent said or did in a turn. The texts are others' words: whoever shows them keeps them text.
package struct TranscriptEntry: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        /// The session is there.
        case start
        /// What the agent said.
        case text
        /// It thought; its thoughts are not shown.
        case thinking
        /// A tool and its whole input.
        case call
        case result
        /// The result of a call that failed.
        case failure
        /// What somebody said to it while it worked.
        case message
        /// What its program tells: a request that is tried again, a usage window, a line that cannot be read.
        case note
        case error
        case end
    }

    /// Where its line begins in the turn's output, in bytes. Entries of one line share it.
    package var at: Int64
    package var kind: Kind
    /// The tool of a call; what is the matter with a line.
    package var title: String?
    package var text: String
    /// Bytes of the text that are not in it, because it is too long.
    package var leftOut: Int64?
    /// Of the turn's end: what it took.
    package var tokens: RunStatus.Tokens?
    package var costUsd: Double?

    package init(at: Int64, kind: Kind, title: String? = nil, text: String, leftOut: Int64? = nil) {
        self.at = at
        self.kind = kind
        self.title = title
        self.text = text
        self.leftOut = leftOut
    }
}

/// A piece of an agent's transcript.
package struct TranscriptPage: Codable, Sendable, Equatable {
    package var agent: String
    /// Missing for an agent that has had no turn.
    package var turn: String?
    /// Whether it is read from what the turn's process writes. What is kept afterwards has other positions.
    package var isGrowing: Bool
    /// In order.
    package var entries: [TranscriptEntry]
    /// Where the piece begins and ends in the turn's output, in bytes. There is more before it unless it begins at 0.
    package var start: Int64
    package var end: Int64
    /// Whether there are whole lines behind it already.
    package var hasMore: Bool
    /// The agent's turns before and after this one.
    package var earlierTurn: String?
    package var laterTurn: String?

    package init(
        agent: String, turn: String?, isGrowing: Bool = false, entries: [TranscriptEntry] = [], start: Int64 = 0, end: Int64 = 0,
        hasMore: Bool = false, earlierTurn: String? = nil, laterTurn: String? = nil
    ) {
        self.agent = agent
        self.turn = turn
        self.isGrowing = isGrowing
        self.entries = entries
        self.start = start
        self.end = end
        self.hasMore = hasMore
        self.earlierTurn = earlierTurn
        self.laterTurn = laterTurn
    }
}

/// A piece of what a gate printed.
package struct GateLogPage: Codable, Sendable, Equatable {
    /// The gate run, such as `effect-12`.
    package var run: String
    /// The beginning of the name of the commit that it looked at; missing while it runs.
    package var commit: String?
    /// Whether the gate runs. What is kept afterwards may have other positions.
    package var isGrowing: Bool
    package var text: String
    /// Bytes of the text that are not in it, because a line is too long.
    package var leftOut: Int64?
    package var start: Int64
    package var end: Int64
    package var hasMore: Bool

    package init(
        run: String, commit: String? = nil, isGrowing: Bool = false, text: String = "", leftOut: Int64? = nil, start: Int64 = 0,
        end: Int64 = 0, hasMore: Bool = false
    ) {
        self.run = run
        self.commit = commit
        self.isGrowing = isGrowing
        self.text = text
        self.leftOut = leftOut
        self.start = start
        self.end = end
        self.hasMore = hasMore
    }
}

/// Which piece of a long text is wanted: the end of it unless one of the two is given.
package struct PieceWish: Sendable, Equatable {
    /// The piece that ends here.
    package var before: Int64?
    /// The piece that begins here, whatever `before` says.
    package var after: Int64?

    package init(before: Int64? = nil, after: Int64? = nil) {
        self.before = before
        self.after = after
    }
}

import Orchestration

/// What `cco queue` shows: of a company's run, and of each `cco merge` that is asked about, how it stands and what waits.
///
/// As JSON its keys are only ever added to; what does not apply is left out.
struct QueueReport: Codable, Equatable {
    var runs: [Entry]

    /// One run with its queues.
    struct Entry: Codable, Equatable {
        /// `company` or `merge` (of `cco merge`).
        var kind: String
        var run: String
        /// For display, without user information.
        var repository: String
        /// The branch that gets the work in the end.
        var target: String
        /// `preparing`, `working`, `finishing`, `paused`, `needs-person`, `interrupted` (who had it in hand is gone) or `ended`.
        var state: String
        /// Why it is paused or needs a person, or how it has ended.
        var reason: String?
        /// When this was so.
        var at: Moment
        var startedAt: Moment
        /// When the last thing happened, of one that has ended.
        var endedAt: Moment?
        var queues: [RunStatus.QueueStatus]
        /// What came of a `cco merge` that has ended.
        var outcome: MergeOutcome.Document?

        /// - Parameters:
        ///   - isLive: whether an engine has the run in hand.
        ///   - now: when it is shown; the status of a run that nobody has in hand is as old as its newest event.
        init(_ status: RunStatus, isLive: Bool, at now: Moment) {
            kind = status.width == nil ? Self.merge : "company"
            run = status.run
            repository = status.repository
            target = status.targetBranch
            at = isLive ? status.at : now
            startedAt = status.time.startedAt
            queues = status.queues
            if status.phase == Self.ended {
                state = Self.ended
                reason = status.end?.explanation
                endedAt = status.time.lastChangeAt
            } else if let suspension = status.suspension {
                state = status.needsPerson ? "needs-person" : "paused"
                reason = suspension
            } else {
                state = isLive ? status.phase : "interrupted"
            }
        }

        /// A `cco merge` that has ended.
        init(_ record: MergeRecord, at now: Moment) {
            kind = Self.merge
            run = record.run
            repository = record.repository
            target = record.outcome.target
            state = Self.ended
            reason = record.reason
            at = now
            startedAt = record.startedAt
            endedAt = record.endedAt
            queues = []
            outcome = record.outcome
        }

        var isMerge: Bool { kind == Self.merge }
        var isEnded: Bool { state == Self.ended }

        private static let merge = "merge"
        private static let ended = "ended"
    }
}

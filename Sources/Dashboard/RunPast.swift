import Observability
import Orchestration

/// What pages show beyond the present: the timeline, earlier moments, commits, what tasks change, the report. Whoever serves the pages
/// implements it.
package protocol RunPast: Sendable {
    /// What is new in the timeline since a revision, about so many spans and marks of it.
    func timeline(after revision: Int, limit: Int) async throws -> Timeline.Update

    /// The part of the timeline that is about a task.
    func timeline(of task: String) async throws -> Timeline.Update

    /// The run as it was after an event; the nearest there is for a number that is none.
    func moment(at sequence: Int64) async throws -> PastMoment

    /// A commit of the run's repository; `nil` when it has none like it.
    func commit(_ id: String) async throws -> CommitPage?

    /// What a task's branch changes; `nil` for one that has no commits.
    func work(on task: String) async throws -> WorkPage?

    /// The report as a page.
    func report() async throws -> String

    /// A piece of what an agent said and did in a turn, in the newest one where none is named.
    ///
    /// - Parameter sequence: an event; turns that began after it are not there.
    /// - Returns: `nil` for no agent, or for a turn that it has not had or of which nothing is kept.
    func transcript(of agent: String, turn: String?, _ wish: PieceWish, until sequence: Int64?) async throws -> TranscriptPage?

    /// A piece of what a gate printed. A piece after a position, with nothing there yet, is waited for while the gate runs, for as long as nothing
    /// else happens.
    ///
    /// - Returns: `nil` for no gate, or for one of which nothing is kept.
    func gateLog(of run: String, _ wish: PieceWish) async throws -> GateLogPage?
}

/// A run at an earlier moment.
package struct PastMoment: Sendable {
    package var moment: RunMoment
    /// The event after which it is.
    package var sequence: Int64
    /// The newest event.
    package var last: Int64

    package init(moment: RunMoment, sequence: Int64, last: Int64) {
        self.moment = moment
        self.sequence = sequence
        self.last = last
    }
}

/// A commit and what proves that it was verified.
package struct CommitPage: Codable, Sendable, Equatable {
    package struct Fact: Codable, Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var id: String
    package var tree: String
    package var parents: [String]
    package var subject: String
    package var message: String
    package var author: String
    package var committedAt: Moment?
    /// `verified`, `ungated`, `wrong`, or `none` for a commit without a receipt.
    package var verdict: String
    /// The receipt, as it is in the note.
    package var receipt: [Fact]
    package var work: WorkPage
    /// The gate run that verified it, where what that printed is kept.
    package var gateRun: String?

    package init(
        id: String, tree: String, parents: [String], subject: String, message: String, author: String, committedAt: Moment?,
        verdict: String,
        receipt: [Fact], work: WorkPage
    ) {
        self.id = id
        self.tree = tree
        self.parents = parents
        self.subject = subject
        self.message = message
        self.author = author
        self.committedAt = committedAt
        self.verdict = verdict
        self.receipt = receipt
        self.work = work
    }
}

/// A difference: which files, and the text as far as it is shown.
package struct WorkPage: Codable, Sendable, Equatable {
    package struct File: Codable, Sendable, Equatable {
        package var path: String
        /// Missing for a binary file.
        package var added: Int?
        package var removed: Int?

        package init(path: String, added: Int?, removed: Int?) {
            self.path = path
            self.added = added
            self.removed = removed
        }
    }

    package var from: String
    package var to: String
    package var files: [File]
    package var diff: String
    /// Whether there is more than `diff`.
    package var isCut: Bool

    package init(from: String, to: String, files: [File], diff: String, isCut: Bool) {
        self.from = from
        self.to = to
        self.files = files
        self.diff = diff
        self.isCut = isCut
    }
}

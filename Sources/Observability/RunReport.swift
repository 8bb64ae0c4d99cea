import Orchestration

/// What a run was asked, how it ended, what came of it and what it cost: for the written report, for programs and for the terminal.
///
/// A pure projection of the state and a few facts about the world, so that the report of a run that has not ended can be had too. As JSON it
/// follows the rules of `RunStatus`.
package struct RunReport: Codable, Sendable, Equatable {
    /// The newest format that this version writes.
    package static let currentFormat = 1

    package var format: Int
    package var run: String
    /// The repository for display, without user information.
    package var repository: String
    package var targetBranch: String
    /// The target branch's commit before and after the run.
    package var startedFrom: String?
    package var head: String?
    package var writtenAt: Moment
    /// The first lines of the direction.
    package var direction: [String]
    package var outcome: Outcome
    package var time: Time
    /// What became of the branches of a `cco merge`, in the order in which they were named; missing for a company.
    package var branches: [BranchReport]?
    /// Whether such a merge has only rehearsed, so that nothing of it is anywhere; missing otherwise.
    package var isRehearsal: Bool?
    package var teams: [TeamReport]
    /// Commits of the target branch that were not there when the run started, newest first.
    package var landed: [LandedCommit]
    /// Where commits are kept that the target branch does not hold.
    package var kept: [KeptCommit]
    package var gate: Gate
    package var merges: RunStatus.Merges
    /// Files at which the run's work met, those that conflicted first; missing when there are none.
    package var hotFiles: [RunStatus.HotFileStatus]?
    /// What people were asked and what was answered, the oldest first; missing when nobody was, and in reports of earlier versions.
    package var questions: [RunStatus.QuestionStatus]?
    package var spending: Spending
    /// The same in every breakdown; missing in reports of earlier versions.
    package var cost: CostReport?
    package var push: Push
    package var logFolder: String

    /// How the run stands or has ended.
    package struct Outcome: Codable, Sendable, Equatable {
        /// The end's stable word, such as `complete`; for a run that has not ended `suspended`, or the word of its phase.
        package var word: String
        package var explanation: String
        /// The Director's own last words about the work.
        package var summary: String
        package var hasEnded: Bool
    }

    /// How long it took.
    package struct Time: Codable, Sendable, Equatable {
        package var startedAt: Moment
        /// When the state last changed.
        package var endedAt: Moment
        package var workedMilliseconds: Int64
        /// From the start to the end, with the time in which no engine had the run in hand.
        package var wallMilliseconds: Int64
        package var limitMilliseconds: Int64
    }

    /// What verified the work.
    package struct Gate: Codable, Sendable, Equatable {
        package var command: String?
        /// Nothing verified the work.
        package var isUngated: Bool
        /// The agent that proposed the command, when it is not from the configuration.
        package var proposedBy: String?
        /// The base is still as it was found, and the gate fails on it; how it ended.
        package var baselineRed: String?
        /// What looked at workers' commits before they were reviewed.
        package var quickCommand: String?
        /// Failures that were none; missing when there were none.
        package var flakes: [RunStatus.FlakeStatus]?
    }

    /// Where the work is.
    package struct Push: Codable, Sendable, Equatable {
        /// `pushed`, `nothing to push`, `fallback` (origin refused the target branch, and has the work as another), `rehearsal` or `off`.
        package var result: String
        /// The branch at origin that holds the work.
        package var branch: String?
        /// Origin's words when it refused the target branch.
        package var refusal: String?
        /// What a person does next to have the result.
        package var next: String
    }
}

/// What the report needs to know of the world.
package struct RunReportFacts: Sendable, Equatable {
    /// The first lines of the direction that the run followed.
    package var direction: [String]
    package var logFolder: String
    /// A command that brings the result to where a person works.
    package var fetchCommand: String
    package var kept: [KeptCommit]
    package var landed: [LandedCommit]

    package init(direction: [String], logFolder: String, fetchCommand: String, kept: [KeptCommit], landed: [LandedCommit]) {
        self.direction = direction
        self.logFolder = logFolder
        self.fetchCommand = fetchCommand
        self.kept = kept
        self.landed = landed
    }
}

/// A ref of the run's repository that keeps work which the target branch does not hold.
package struct KeptCommit: Codable, Sendable, Equatable {
    package var ref: String
    package var why: String

    package init(ref: String, why: String) {
        self.ref = ref
        self.why = why
    }
}

/// A commit that the run brought onto the target branch.
package struct LandedCommit: Codable, Sendable, Equatable {
    package var id: String
    package var subject: String

    package init(id: String, subject: String) {
        self.id = id
        self.subject = subject
    }
}

/// A run as a view shows it: everything that `cco status` prints, with the explanations already made.
///
/// It is a pure projection of the state, so that a running engine, a reader of its journal and a test all say the same. It holds no secret.
/// Texts that agents wrote (titles, reasons) are as they wrote them: whoever prints them on a terminal makes them harmless first.
///
/// As JSON it is part of the control interface. The keys are the names of the properties; they are only ever added to, and `format` grows when
/// one changes its meaning. What is unknown or does not apply is left out. Every point in time is an object `{"iso": …, "ms": …}` (see
/// `Moment`), every key that ends in `Milliseconds` is a duration, every key that ends in `Usd` is in US dollars.
package struct RunStatus: Codable, Sendable, Equatable {
    /// The newest format that this version writes.
    package static let currentFormat = 1

    package var format: Int
    /// When the projection was made.
    package var at: Moment
    package var run: String
    /// The repository for display, without user information.
    package var repository: String
    /// The branch whose direction is read.
    package var branch: String
    /// The branch that gets the verified work.
    package var targetBranch: String
    /// The target branch's newest commit; missing until origin has been looked at.
    package var baseHead: String?
    /// The target branch's commit when the run started.
    package var startedFrom: String?
    /// `preparing`, `working`, `finishing` or `ended`.
    package var phase: String
    /// Why the run stands still until it is resumed.
    package var suspension: String?
    /// Whether it stands still because it cannot go on without a person.
    package var needsPerson: Bool
    /// Why the run is ending or has ended.
    package var end: End?
    package var time: WorkingTime
    package var gate: Gate
    package var director: AgentStatus
    /// In the order of their numbers.
    package var teams: [TeamStatus]
    /// In the order of their numbers.
    package var tasks: [TaskStatus]
    /// One for every branch that something is to be merged into; the target branch first.
    package var queues: [QueueStatus]
    package var merges: Merges
    /// Branches under way that will not merge; missing when there are none.
    package var collisions: [CollisionStatus]?
    /// Files at which work meets, the worst first; missing when there are none.
    package var hotFiles: [HotFileStatus]?
    /// Why nobody works and nothing but the clock or a person changes that; missing otherwise.
    package var waiting: Waiting?
    /// In the order of the configuration.
    package var credentials: [CredentialStatus]
    package var spending: Spending
    package var push: Push
    /// What could not be done at first and is tried again.
    package var delayed: [DelayedEffect]
    /// What people said to agents, the oldest first; missing when nobody has.
    package var messages: [MessageStatus]?
    /// What agents ask people, the oldest first; missing when none has asked.
    package var questions: [QuestionStatus]?
    /// How many workers may have a turn at once, where a person has set that; missing otherwise.
    package var workersAtOnce: Int?
    /// How many workers have something to do, and why not more; missing for `cco merge`.
    package var width: Width?
    /// How fast work lands, and what comes to its end first; missing where there is no task.
    package var pace: Pace?

    /// The workers that are at work, and how many may be.
    package struct Width: Codable, Sendable, Equatable {
        /// Workers that have something in hand.
        package var busy: Int
        /// Workers that may be at work when something new begins.
        package var atOnce: Int
        package var workers: Int
        /// Why no more are at work; missing when all are, or are about to be.
        package var reason: String?
    }

    /// A run's end in words.
    package struct End: Codable, Sendable, Equatable {
        /// A stable word, such as `time-over`.
        package var reason: String
        package var explanation: String
    }

    /// How long the run has worked and may work.
    package struct WorkingTime: Codable, Sendable, Equatable {
        package var startedAt: Moment
        /// When the state last changed.
        package var lastChangeAt: Moment
        /// Time in which an engine had the run in hand, without rests for a limit of the provider.
        package var workedMilliseconds: Int64
        package var limitMilliseconds: Int64
        /// Until when the run rests for a limit of the provider, while no working time passes; missing when it does not.
        package var restsUntil: Moment?
    }

    /// What verifies the work.
    package struct Gate: Codable, Sendable, Equatable {
        package var command: String?
        /// `chosen`, `undecided` (nobody has chosen yet) or `ungated` (nothing verifies the work).
        package var state: String
        /// The agent that proposed the command, when it is not from the configuration.
        package var proposedBy: String?
        /// The verdict on the base as it was found, when it was red and still is what work is merged onto.
        package var baselineRed: BaselineRed?
        /// How many gates may run at once, and why so many.
        package var slots: Int?
        package var slotsReason: String?
        /// What looks at a worker's commits before they are reviewed.
        package var quickCommand: String?
        /// Failures that were none: red and then green on the same tree; missing when there are none.
        package var flakes: [FlakeStatus]?
    }

    /// A failure of the gate that was none.
    package struct FlakeStatus: Codable, Sendable, Equatable {
        /// The first line of the log that looks like a failure, or how the gate ended.
        package var failure: String
        package var times: Int
        /// The tree on which it was seen last.
        package var tree: String
        package var logPath: String
        package var lastSeen: Moment

        init(_ flake: Flake) {
            failure = flake.failure
            times = flake.times
            tree = flake.tree.hex
            logPath = flake.logPath
            lastSeen = Moment(flake.lastSeen)
        }
    }

    /// A gate that failed before the run changed anything.
    package struct BaselineRed: Codable, Sendable, Equatable {
        package var ending: String
        package var exitCode: Int32?
        package var logPath: String
    }

    /// What the merge queues have done so far.
    package struct Merges: Codable, Sendable, Equatable {
        package var published: Int
        package var conflicts: Int
        /// Candidates that went back because the gate failed.
        package var redGates: Int
        package var flakes: Int
        package var gateRuns: Int
        /// Time of the green gate runs.
        package var gateMilliseconds: Int64
        /// Runs of the quick gate, and how many of them were red; missing where there is none.
        package var quickRuns: Int?
        package var quickReds: Int?
    }

    /// Money and tokens of the whole run.
    package struct Spending: Codable, Sendable, Equatable {
        package var turns: Int
        package var costUsd: Double
        package var budgetUsd: Double?
        package var tokens: Tokens
        /// Ceilings of the run and of its teams, and how far they are reached; missing when there are none.
        package var ceilings: [CostReport.Ceiling]?
        /// US dollars since a change last landed, and from which on that looks like a runaway.
        package var sinceLandingUsd: Double?
        package var runawayUsd: Double?
    }

    /// Tokens by how the provider charges for them.
    package struct Tokens: Codable, Sendable, Equatable {
        package var input: Int
        package var cacheWrite: Int
        package var cacheRead: Int
        package var output: Int
        package var total: Int

        package init(_ usage: TokenUsage) {
            input = usage.input
            cacheWrite = usage.cacheWrite
            cacheRead = usage.cacheRead
            output = usage.output
            total = usage.total
        }
    }

    /// Where verified work goes.
    package struct Push: Codable, Sendable, Equatable {
        /// Whether the target branch is pushed to origin.
        package var enabled: Bool
        /// The branch that gets the work since origin refused the target branch.
        package var fallbackBranch: String?
        /// Origin's words when it refused the target branch.
        package var refusal: String?
    }

    /// Something that failed and is tried again.
    package struct DelayedEffect: Codable, Sendable, Equatable {
        package var id: String
        /// What is to be done, in words.
        package var what: String
        package var failures: Int
        /// The last failure's reason.
        package var reason: String
        /// When it is tried again; missing while it is being tried.
        package var until: Moment?
    }
}

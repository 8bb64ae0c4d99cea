/// The whole state of a run: the fold of its journal's events.
///
/// Only `apply(_:at:)` changes it, and only the engine's single writer calls that, after the events are durable.
package struct Run: Codable, Sendable, Equatable {
    package enum Phase: Codable, Sendable, Equatable {
        /// Looking at origin; nothing has been spent.
        case preparing
        case working
        /// No new work; what is approved is being integrated.
        case finishing(EndReason)
        /// The report is written.
        case ended(EndReason)
    }

    package var id: RunID
    package var settings: RunSettings
    package var seed: UInt64
    package var phase: Phase = .preparing
    /// Why the run is to stand still until an engine starts again.
    package var suspension: String?
    /// Whether it stands still because it cannot go on without a person, and not because one asked for it.
    package var needsPerson = false
    package var clock: WorkingClock
    package var counters = Counters()

    package var agents: [AgentID: Agent] = [:]
    package var teams: [TeamID: Team] = [:]
    package var tasks = TaskRegister()
    /// Turns whose process may be alive.
    package var turns: [TurnID: Turn] = [:]
    package var effects: [EffectID: PendingEffect] = [:]
    /// What was said to agents and is not known to have been read.
    package var messages: [MessageID: Message] = [:]
    /// What people said to agents, and how far it has come.
    package var mail = MessageBook()
    /// What agents ask people.
    package var questions = QuestionBook()
    /// What people wanted, and what became of it.
    package var orders = OrderBook()
    /// What people changed of the settings.
    package var live = LiveSettings()

    package var base: BaseFacts?
    /// The base's head when the run started.
    package var startedFrom: ObjectID?
    package var verifyCommand: String?
    /// Whether the gate's command is settled (it may be settled that there is none).
    package var verifySettled = false
    package var verifyProposedBy: AgentID?
    /// The gate's output on the base as found, when it was red.
    package var baselineRed: GateExcerpt?
    /// The head of the base that the gate was asked about last.
    package var baselineOf: ObjectID?
    /// The gate's output on that head when it was red, while the run that is to confirm it goes on.
    package var baselineDoubted: GateExcerpt?
    /// Commits of the base on which the gate has failed twice. A team's branch stands on one until something lands there.
    package var redBases: Set<ObjectID> = []
    /// Whose change was first to be sent back because its target fails the gate by itself.
    package var menders: [MergeTarget: Candidate.Kind] = [:]
    /// Whether `TEAM_STRUCTURE.md` has been brought up to date at the end.
    package var upkeepTried = false
    /// Teams whose branch has been promoted as it was when the run ended; each gets one try.
    package var finalDeliveries: Set<TeamID> = []
    /// Trees that passed the gate's command, by tree id, with the gate's milliseconds.
    package var verifiedTrees = VerdictRegister()

    /// What the quick gate's command said of trees, by tree id.
    package var quickVerdicts = TreeRegister<QuickVerdict>()
    package var flakes = FlakeBook()

    /// Waiting and active candidates in queue order.
    package var queue: [Candidate] = []
    package var merges = MergeStatistics()
    /// Which of the branches under way will not merge.
    package var forecast = ConflictForecast()
    /// At which files work has met so far.
    package var heat = FileHeat()
    /// Branches that people brought, in order.
    package var branches: [BranchRecord] = []
    /// Where pushes go once origin has refused the target branch, with origin's words.
    package var fallback: PushFallback?

    package var credentials: [Credential] = []
    package var ledger = Ledger()
    package var landedCosts = LandedCosts()
    /// How many workers may begin something.
    package var width = AdaptiveWidth()
    package var conflictRate = ConflictRate()
    package var workPace = WorkPace()

    /// The direction's blob that the Director has seen last.
    package var shownDirection: ObjectID?
    package var directorSaysComplete = false
    package var directorSummary = ""
    package var goalPlanRejections = 0
    package var goalsPlanned = false
    /// Director turns in a row after which nothing new was to be done.
    package var idleDecisions = 0

    /// Makes the state of a run that has just been asked for: the company stands, nothing has happened.
    package init(id: RunID, settings: RunSettings, seed: UInt64, at now: Timestamp) {
        self.id = id
        self.settings = settings
        self.seed = seed
        clock = WorkingClock(startedAt: now)
        credentials = settings.credentials.map(Credential.init(slot:))
        if let command = settings.verifyCommand, !command.isEmpty {
            verifyCommand = command
            verifySettled = true
        }
        formCompany()
    }

    /// A run small enough for one team is led by the Director directly, on the target branch.
    package var isFlat: Bool { settings.workerCount <= settings.engineerManagerGroupSize }

    package static let director: AgentID = ID("director")

    /// Where a team's work is merged to.
    package func target(of team: TeamID) -> MergeTarget { isFlat ? .base : .team(team) }

    /// The newest commit of a target.
    package func head(of target: MergeTarget) -> ObjectID? {
        switch target {
        case .base: base?.head
        case .team(let team): teams[team]?.head
        }
    }

    /// Splits the workers as evenly as the group size asks: 10 workers in groups of 4 are 4, 4 and 2.
    private mutating func formCompany() {
        agents[Run.director] = Agent(id: Run.director, role: .director, team: isFlat ? ID("team", 1) : nil)
        var worker = 1
        var number = 1
        while worker <= settings.workerCount {
            let size = min(settings.engineerManagerGroupSize, settings.workerCount - worker + 1)
            let team: TeamID = ID("team", number)
            let members: [AgentID] = (worker..<worker + size).map { ID("worker", $0) }
            let lead: AgentID = isFlat ? Run.director : ID("em", number)
            if !isFlat { agents[lead] = Agent(id: lead, role: .engineerManager, team: team) }
            for member in members { agents[member] = Agent(id: member, role: .worker, team: team) }
            teams[team] = Team(id: team, lead: lead, members: members)
            worker += size
            number += 1
        }
    }
}

/// The next number of each kind of id.
package struct Counters: Codable, Sendable, Equatable {
    package var tasks = 0
    package var turns = 0
    package var candidates = 0
    package var effects = 0
    package var sessions = 0
    package var messages = 0
}

/// An effect that is intended and not yet acknowledged.
package struct PendingEffect: Codable, Sendable, Equatable {
    package var effect: Effect
    package var failures = 0
    /// Not before this time, after a failure.
    package var delayedUntil: Timestamp?
    package var lastFailure: String?

    package init(effect: Effect) { self.effect = effect }
}

/// Origin's refusal of the target branch and the branch that gets the work instead.
package struct PushFallback: Codable, Sendable, Equatable {
    /// How often origin has to refuse a branch, with growing pauses between, before it is believed: hooks and servers have their moments.
    static let refusals = 3

    /// How often a branch may be held by somebody else before that counts as a refusal: with the pauses between, about a minute.
    static let contests = 6

    package var branch: String
    package var reason: String
    /// Whether the target branch is tried again, since an engine has started after the refusal: somebody may have put it right.
    package var isTriedAgain: Bool?
    /// Whether the branch has got work by now; `nil`, in journals of earlier versions, is yes.
    package var holdsWork: Bool?

    package init(branch: String, reason: String) {
        self.branch = branch
        self.reason = reason
        holdsWork = false
    }
}

extension Run {
    /// Whether verified work goes to the target branch at origin, and not to the one that took its place.
    package var pushesToTarget: Bool { settings.push && fallback.map { $0.isTriedAgain == true } ?? true }

    /// The branch at origin that gets verified work; `nil` where it stays in the hub.
    package var pushBranch: String? { settings.push ? pushesToTarget ? settings.targetBranch : fallback?.branch : nil }

    /// The branch at origin that has work in the target branch's place; `nil` where origin has taken everything, or nothing since.
    package var divertedTo: String? { fallback.flatMap { $0.holdsWork == false ? nil : $0.branch } }
}

/// What the merge queues have done so far.
package struct MergeStatistics: Codable, Sendable, Equatable {
    package var published = 0
    package var conflicts = 0
    package var redGates = 0
    package var flakes = 0
    package var gateRuns = 0
    /// Runs that were green, and how long they took together.
    package var greenGates = 0
    package var gateMilliseconds: Int64 = 0
    /// Runs of the quick gate, and how many of them were red.
    package var quickRuns = 0
    package var quickReds = 0
    package var failureRate = FailureRate()

    /// Milliseconds of a gate that is green, on average; 0 before the first.
    package var meanGate: Int64 { greenGates == 0 ? 0 : gateMilliseconds / Int64(greenGates) }
}

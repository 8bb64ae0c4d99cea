extension RunStatus {
    /// One team of the company.
    package struct TeamStatus: Codable, Sendable, Equatable {
        package var id: String
        /// `idle`, `planning`, `working`, `assessing`, `offered`, `promoting` or `stuck`.
        package var stage: String
        /// Why the team is stuck.
        package var stuck: String?
        /// The goal's title.
        package var goal: String?
        /// The newest commit of the team's branch.
        package var head: String?
        /// Whether the team's branch holds landed work that the target branch does not have.
        package var undelivered: Bool
        /// The lead; in a run with one team the Director.
        package var lead: AgentStatus
        package var members: [AgentStatus]

        init(_ team: Team, in run: Run, at now: Timestamp, activities: [TurnID: TurnActivity]) {
            id = team.id.name
            stage = team.stage.word
            if case .stuck(let reason) = team.stage { stuck = reason }
            goal = team.goal?.title
            head = team.head?.hex
            undelivered = !run.isFlat && team.undelivered
            lead = AgentStatus(team.lead, in: run, at: now, activities: activities)
            members = team.members.map { AgentStatus($0, in: run, at: now, activities: activities) }
        }
    }

    /// One agent and what it does now.
    package struct AgentStatus: Codable, Sendable, Equatable {
        package var id: String
        /// `director`, `engineerManager` or `worker`.
        package var role: String
        /// `working` while it has a turn, otherwise `idle`.
        package var state: String
        /// What it does, or is to do next, in words: `working on task-3: Parse dates`.
        package var brief: String?
        /// Why it does not do it yet.
        package var waits: String?
        package var turn: String?
        /// When the turn began.
        package var since: Moment?
        /// The model of the running turn; missing where nothing is configured and no turn has told it.
        package var model: String?
        /// Why it is not the usual model, in words.
        package var whyModel: String?
        /// Why the turn is being stopped, in words.
        package var stopping: String?
        /// Turns that have ended.
        package var turns: Int
        /// Money of the turns that have ended.
        package var costUsd: Double
        /// Tokens of the turns that have ended; missing before there is one.
        package var tokens: Int?
        /// Tokens of the running turn so far; missing where no engine follows it.
        package var turnTokens: Int?
        /// Money of the running turn so far, in US dollars, by list prices where the agent's program has not said it yet. Missing where no engine
        /// follows the turn, and where a price is not known.
        package var turnUsd: Double?
        /// What the running turn may take at most; missing where nothing bounds it.
        package var turnCeilings: [TurnCeiling]?
        /// What is waited for in the running turn: `starting`, `thinking`, `retrying`, `tool` or `resting`; missing where no engine follows it.
        package var doing: String?
        /// The tool that runs; of several the one that began last.
        package var tool: ToolStatus?

        init(_ agent: AgentID, in run: Run, at now: Timestamp, activities: [TurnID: TurnActivity]) {
            let known = run.agents[agent]
            let spent = run.ledger.byAgent[agent]
            id = agent.name
            role = (known?.role ?? .worker).rawValue
            turns = spent?.turns ?? 0
            costUsd = spent?.costUsd ?? 0
            tokens = spent?.usage.total
            state = "idle"
            if let turn = known?.activeTurn.flatMap({ run.turns[$0] }) {
                state = "working"
                brief = turn.brief.words(in: run)
                self.turn = turn.id.name
                since = Moment(turn.startedAt)
                model = run.model(of: turn)
                whyModel = run.whyModel(of: turn)
                stopping = turn.stopCause?.wordsBeforeEnd
                let activity = activities[turn.id]
                turnTokens = activity?.tokens
                turnUsd = activity?.costUsd
                turnCeilings = TurnCeiling.all(of: turn, activity)
                doing = activity?.step.rawValue
                tool = activity.flatMap(ToolStatus.init)
            } else if let pending = known?.next ?? run.pendingTask(of: agent)?.next {
                brief = pending.brief.words(in: run)
                waits = run.whyTurnWaits(pending, of: agent, at: now)
            }
        }
    }

    /// What a running turn may take at most of one measure: its share of what is left of the budgets of the run, its team, its task and its key, or
    /// what a person has set for every turn, where that is less.
    package struct TurnCeiling: Codable, Sendable, Equatable {
        /// `usd` or `tokens`.
        package var measure: String
        /// So far, in US dollars or tokens: money by list prices where the agent's program has not said it yet. Missing where no engine follows the
        /// turn, and where a price is not known.
        package var taken: Double?
        package var ceiling: Double

        package init(measure: SpendingMeasure, taken: Double?, ceiling: Double) {
            self.measure = measure.rawValue
            self.taken = taken
            self.ceiling = ceiling
        }

        /// Every bound of a turn; `nil` when it has none.
        static func all(of turn: Turn, _ activity: TurnActivity?) -> [TurnCeiling]? {
            let all = SpendingMeasure.allCases.compactMap { measure in
                turn.allowed(measure).map {
                    TurnCeiling(
                        measure: measure, taken: measure == .usd ? activity?.costUsd : activity.map { Double($0.tokens) }, ceiling: $0)
                }
            }
            return all.isEmpty ? nil : all
        }

        /// The share that is used up, from 0, beyond 1 where the ceiling was passed; `nil` while that is not known.
        package var share: Double? { taken.map { ceiling > 0 ? $0 / ceiling : 1 } }
    }

    /// A tool that runs in an agent's turn.
    package struct ToolStatus: Codable, Sendable, Equatable {
        /// Such as `Bash`.
        package var name: String
        /// The command, the file, the pattern, as the agent wrote it; missing where it is not known.
        package var argument: String?
        package var since: Moment
        /// How many others run beside it; missing when none does.
        package var others: Int?

        init?(_ activity: TurnActivity) {
            guard let tool = activity.tools.first else { return nil }
            name = tool.name
            argument = tool.argument.isEmpty ? nil : tool.argument
            since = Moment(tool.since)
            others = activity.tools.count > 1 ? activity.tools.count - 1 : nil
        }
    }
}

extension RunStatus.AgentStatus {
    /// Tokens of all turns, the running one among them; `nil` when nothing is known of any.
    package var allTokens: Int? { tokens == nil && turnTokens == nil ? nil : (tokens ?? 0) + (turnTokens ?? 0) }

    /// Money of all turns, the running one among them, in US dollars.
    package var allUsd: Double { costUsd + (turnUsd ?? 0) }
}

extension RunStatus {
    /// Everybody: the Director, and each team's lead and members.
    package var agents: [AgentStatus] {
        [director] + teams.flatMap { team in (team.lead.id == director.id ? [] : [team.lead]) + team.members }
    }
}

extension Run {
    /// The task that a worker is to go on with at its next turn.
    func pendingTask(of worker: AgentID) -> TeamTask? {
        tasks.open(of: worker).filter { $0.state == .assigned && $0.next != nil }.min {
            ($0.awaitsAnswer ? 1 : 0, $0.demand, $0.id) < ($1.awaitsAnswer ? 1 : 0, $1.demand, $1.id)
        }
    }
}

extension Team.Stage {
    /// A stable word for views and scripts.
    package var word: String {
        switch self {
        case .idle: "idle"
        case .planning: "planning"
        case .working: "working"
        case .assessing: "assessing"
        case .offered: "offered"
        case .promoting: "promoting"
        case .stuck: "stuck"
        }
    }
}

extension StopCause {
    /// What a person reads.
    package var words: String {
        switch self {
        case .suspended: "the run is suspended"
        case .timeLimit: "its time limit is over"
        case .runEnding: "the run is ending"
        case .cancelled: "a person wants it stopped"
        case .stuck: "it gets nowhere"
        case .diskShort: "the disk has too little room"
        case .tokensUsed: "its tokens are used up"
        case .moneyUsed: "its money is used up, and it asks for more"
        case .budgetLowered: "the budget was lowered, and it goes on with less"
        case .credentialRests: "its credential cannot be used"
        case .interrupted: "a person has something to say to it at once"
        }
    }

    /// What a person reads of a turn that is not over yet.
    package var wordsBeforeEnd: String { letsStepFinish ? "once its step is done, as \(words)" : words }
}

import FoundationEssentials

extension Decider {
    /// Starts every turn that has something to do, an agent that is free, a credential and money. What brings work home goes first.
    mutating func startTurns() {
        var waiting: [(need: Need, agent: Agent, task: TeamTask?, pending: Pending)] = []
        for agent in run.agents.values where agent.activeTurn == nil {
            if agent.role.writesCode {
                // All of them: what there is no money for stands in nobody's way.
                for task in run.nextTasks(for: agent.id, at: now) {
                    if let pending = task.next { waiting.append((run.need(for: pending, of: agent, task), agent, task, pending)) }
                }
            } else if let pending = agent.next, pending.notBefore.map({ $0 <= now }) ?? true {
                waiting.append((run.need(for: pending, of: agent, nil), agent, nil, pending))
            }
        }
        guard !waiting.isEmpty else { return }
        var loads = run.credentialLoads
        let first: TaskID = ID("")
        // By their place in the plan, not by who has them: what was planned first is not to come last where few turns are carried at once.
        let ordered = waiting.sorted {
            ($0.need.demand, -($0.task?.priority ?? 0), $0.task?.id ?? first, $0.agent.id)
                < ($1.need.demand, -($1.task?.priority ?? 0), $1.task?.id ?? first, $1.agent.id)
        }
        var workerTurnRoom = run.workerTurnRoom
        for start in ordered where run.agents[start.agent.id]?.activeTurn == nil {
            if start.task != nil, workerTurnRoom <= 0 { continue }
            let session = start.task.map(\.session) ?? start.agent.session
            guard let credential = run.credential(for: session, start.need, loads: loads, at: now) else { continue }
            let hasBegun =
                if let task = start.task {
                    startWork(start.agent, task, start.pending, start.need, credential, loads[credential])
                } else {
                    startManagement(start.agent, start.pending, start.need, credential, loads[credential])
                }
            guard hasBegun else { continue }
            let model = run.credentials.first { $0.id == credential }?.model(for: start.need, at: now).name
            loads[credential, default: CredentialLoad()].add(start.need.demand, model: model)
            hold(credential, of: start.agent.id, &loads)
            if start.task != nil, workerTurnRoom < .max { workerTurnRoom -= 1 }
        }
    }

    /// What has just begun holds a part of its credential's budget.
    private func hold(_ credential: CredentialID, of agent: AgentID, _ loads: inout [CredentialID: CredentialLoad]) {
        guard let turn = run.agents[agent]?.activeTurn.flatMap({ run.turns[$0] }) else { return }
        loads[credential]?.hold(turn, run.credentials.first { $0.id == credential }, usual: run.usualUsd)
    }

    /// - Returns: whether the turn has begun.
    private mutating func startWork(
        _ agent: Agent, _ task: TeamTask, _ pending: Pending, _ need: Need, _ credential: CredentialID, _ load: CredentialLoad?
    ) -> Bool {
        // Its team gave up before there was money to begin it.
        guard !run.hasGivenUp(task), let head = run.head(of: run.target(of: task.team)) else { return false }
        return begin(agent, pending, need, session: task.session, credential: credential, load, startPoint: task.head ?? task.base ?? head)
    }

    /// - Returns: whether the turn has begun.
    private mutating func startManagement(
        _ agent: Agent, _ pending: Pending, _ need: Need, _ credential: CredentialID, _ load: CredentialLoad?
    ) -> Bool {
        let target = agent.team.map { run.target(of: $0) } ?? .base
        guard let head = run.head(of: target) else { return false }
        if let session = agent.session, !pending.carryOn, let reason = run.whyNotContinued(session, with: pending.brief) {
            emit(.sessionReplaced(agent.id, reason: reason))
        }
        return begin(agent, pending, need, session: run.agents[agent.id]?.session, credential: credential, load, startPoint: head)
    }

    /// - Returns: false when there is no money for it.
    private mutating func begin(
        _ agent: Agent, _ pending: Pending, _ need: Need, session: Session?, credential: CredentialID, _ load: CredentialLoad?,
        startPoint: ObjectID
    ) -> Bool {
        guard case .granted(let allowance) = funds(for: pending.brief, of: agent) else { return false }
        // A turn that is cut off after its first request would cost more than it may, and bring nothing.
        let least = min(allowance.usd ?? .infinity, max(0.01, run.usual(pending.brief.purpose, .usd)))
        let key = run.credentials.first { $0.id == credential }
        let keyLeft =
            key?.maxBudgetUsd == nil ? nil : key?.allowance(beside: load, usual: least, places: commitments().places(in: .run))
        let isScarce = need.spare == nil ? session?.isScarce == true : key?.model(for: need, at: now).isSpare == true
        var turn = Turn(
            id: ID("turn", run.counters.turns + 1), agent: agent.id, role: agent.role, team: agent.team, brief: pending.brief,
            session: session?.id ?? run.nextSessionID, resumes: session?.exists ?? false,
            carriesOn: pending.carryOn && (session?.exists ?? false), credential: credential, remark: pending.remark,
            startPoint: startPoint, startedAt: now,
            deadline: now.advanced(byMilliseconds: Int64(run.settings.taskTimeoutMinutes) * 60_000),
            budgetUsd: [allowance.usd, keyLeft].compactMap { $0 }.min(), budgetTokens: allowance.tokens,
            size: pending.brief.task.flatMap { run.tasks[$0]?.size }, isEscalated: run.isEscalated(pending) ? true : nil,
            isScarce: isScarce ? true : nil, wasStuck: pending.wasStuck)
        let kept = run.messages.values.filter { message in
            guard message.turn == nil else { return false }
            return message.task.map { $0 == pending.brief.task } ?? (message.agent == agent.id)
        }.map(\.id).sorted()
        if !kept.isEmpty {
            turn.messages = kept
            // Far from the numbers of sessions and messages.
            turn.promptUUID = SeededUUID(seed: run.seed, number: UInt64(run.counters.turns + 1) | 1 << 41).text
        }
        emit(.turnStarted(turn))
        intend(.runTurn(turn.id))
        return true
    }

    mutating func turnEnded(_ id: TurnID, _ outcome: TurnOutcome) {
        guard let turn = run.turns[id] else { return }
        acknowledge(turn, outcome)
        closeMessages(of: turn)
        let before = run.accounts(of: turn)
        let known = turn.task.flatMap { run.tasks[$0]?.changes }
        emit(.turnEnded(id, outcome))
        if let task = turn.task { warnOfClaims(changedBy: task, since: known) }
        warnOfSpending(since: before)
        let spent = Allowance(
            usd: run.ledger.total.costUsd - (before.first?.line.costUsd ?? 0), tokens: outcome.account.usage.total)
        switch outcome.end {
        case .reported(let report):
            reported(turn, outcome, report)
        case .silent:
            disappoint(turn, "you ended your turn without calling StructuredOutput; finish what is open and return the report")
        case .unfit(let reasons):
            disappoint(turn, "your report did not fit its schema: \(reasons.prefix(5).joined(separator: "; "))")
        case .overBudget where run.credentials.contains { $0.id == turn.credential && $0.isSpent },
            .stopped(.moneyUsed) where run.credentials.contains { $0.id == turn.credential && $0.isSpent }:
            // Another credential carries it on; what ends the run is its own budget.
            putBack(turn, outcome)
        // It was given no more because there was no more: it goes on as soon as there is.
        case .overBudget where turn.hadShare(of: run.settings.limits.turn, spent: spent),
            .stopped(.tokensUsed) where turn.hadShare(of: run.settings.limits.turn, spent: spent),
            .stopped(.moneyUsed) where turn.hadShare(of: run.settings.limits.turn, spent: spent):
            putBack(turn, outcome)
        case .overBudget, .stopped(.moneyUsed):
            disappoint(turn, "the turn's budget was used up before it was done")
        case .stopped(.tokensUsed):
            disappoint(
                turn, "the turn was stopped when it had taken \(turn.budgetTokens ?? 0) tokens; finish what is open with few requests")
        case .failed(let reason):
            disappoint(turn, "the turn broke off: \(reason)", again: true)
        case .credential(let fault):
            bench(turn, fault, hasEnded: true)
            putBack(turn, outcome)
        case .provider:
            slow(turn.credential, .outage)
            let outages = min(9, 1 + (run.pending(of: turn)?.outages ?? 0))
            let pause = min(Run.longestPause, Int64(5000) << outages)
            putBack(turn, outcome, notBefore: now.advanced(byMilliseconds: pause), outages: outages)
        case .sessionMissing where turn.resumes:
            putBack(turn, outcome)
        case .sessionMissing:
            disappoint(turn, "its new session was not there", again: true)
        case .stopped(.suspended), .stopped(.runEnding), .stopped(.diskShort), .stopped(.budgetLowered), .stopped(.credentialRests),
            .stopped(.interrupted):
            putBack(turn, outcome)
        case .stopped(.timeLimit):
            disappoint(turn, "the turn was stopped after \(run.settings.taskTimeoutMinutes) minutes")
        case .stopped(.stuck):
            escalate(turn, "it was stopped because it got nowhere: \(turn.stuck?.words ?? "nothing came of it")")
        case .stopped(.cancelled):
            beginAnew(turn)
        }
    }

    /// The same brief once more, in the same session where there is one.
    private mutating func putBack(_ turn: Turn, _ outcome: TurnOutcome, notBefore: Timestamp? = nil, outages: Int = 0) {
        var carryOn = outcome.sessionExists || turn.carriesOn
        if case .sessionMissing = outcome.end { carryOn = false }
        // What was said of the turn before this one still holds.
        assign(
            turn,
            Pending(
                turn.brief, carryOn: carryOn, failures: run.pending(of: turn)?.failures ?? 0, outages: outages, notBefore: notBefore,
                remark: turn.remark, wasStuck: turn.wasStuck))
    }

    private mutating func assign(_ turn: Turn, _ pending: Pending) {
        if let task = turn.task {
            guard run.tasks[task]?.state.isSettled == false else { return }
            emit(.taskBriefed(task, worker: turn.agent, pending))
        } else {
            emit(.leadBriefed(turn.agent, pending))
        }
    }

    /// A turn that brought nothing usable. The author is told why, then somebody else (or a fresh session) tries, then it is given up.
    ///
    /// - Parameter purpose: what putting it right counts as; `nil` for what the turn itself did.
    mutating func disappoint(_ turn: Turn, _ reason: String, again: Bool = false, as purpose: Purpose? = nil) {
        let failures = (run.pending(of: turn)?.failures ?? 0) + 1
        if let task = turn.task {
            guard let state = run.tasks[task], !state.state.isSettled else { return }
            guard failures <= 2 else { return giveToAnother(state, reason) }
            let brief: Brief = again ? turn.brief : .finish(task, reason: reason, of: purpose ?? turn.brief.purpose.beyondWork)
            emit(.taskBriefed(task, worker: turn.agent, Pending(brief, carryOn: again, failures: failures)))
        } else {
            if failures == 3 { emit(.sessionReplaced(turn.agent, reason: reason)) }
            guard failures < 6 else { return giveUpLeading(turn, reason) }
            emit(.leadBriefed(turn.agent, Pending(turn.brief, carryOn: again && failures != 3, failures: failures, remark: reason)))
        }
    }

    /// A turn that got nowhere, was told so and had to be stopped. The session first goes on and is told why; then a fresh session begins (a task goes to another
    /// worker where there is one); then the task is given back to its lead, as failed.
    private mutating func escalate(_ turn: Turn, _ reason: String) {
        let failures = (run.pending(of: turn)?.failures ?? 0) + 1
        guard failures == 1 else { return startAfresh(turn, reason, failures: failures) }
        let advice = turn.stuck.map { "\(reason); \($0.advice)" } ?? reason
        assign(turn, Pending(turn.brief, carryOn: true, failures: failures, remark: advice, wasStuck: true))
    }

    private mutating func startAfresh(_ turn: Turn, _ reason: String, failures: Int) {
        if let task = turn.task {
            if let state = run.tasks[task], !state.state.isSettled { giveToAnother(state, reason) }
        } else if failures < 6 {
            emit(.sessionReplaced(turn.agent, reason: reason))
            emit(.leadBriefed(turn.agent, Pending(turn.brief, failures: failures, remark: reason)))
        } else {
            giveUpLeading(turn, reason)
        }
    }

    /// A fresh session, with another worker where there is one; after too many of them the task has failed, and its lead decides what to do.
    mutating func giveToAnother(_ task: TeamTask, _ reason: String) {
        if task.attempts < run.settings.maxTaskAttempts {
            emit(.taskReleased(task.id, reason: reason))
        } else {
            settle(task.id, .failed(reason))
        }
    }

    private mutating func giveUpLeading(_ turn: Turn, _ reason: String) {
        emit(.briefDone(turn.agent))
        if let team = turn.team, turn.role == .engineerManager {
            emit(.teamEntered(team, .stuck("its lead could not go on: \(reason)"), summary: ""))
        } else {
            end(.noProgress("\(turn.agent) could not go on: \(reason)"))
        }
    }

    private mutating func reported(_ turn: Turn, _ outcome: TurnOutcome, _ report: String) {
        do {
            // Before anything is acted upon: a report counts as a whole or not at all.
            let draft = try QuestionReport.read(report)
            if turn.task != nil {
                let work = try Decider.read(WorkerReport.self, report)
                let question = ask(turn, draft, isBlocked: work.status == .blocked)
                workReported(turn, outcome, work, asking: question)
            } else {
                try managementReported(turn, report)
                _ = ask(turn, draft, isBlocked: false)
            }
        } catch {
            disappoint(turn, "your report could not be read: \(error)")
        }
    }

    static func read<Report: Decodable>(_ type: Report.Type, _ text: String) throws -> Report {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private mutating func managementReported(_ turn: Turn, _ report: String) throws {
        switch turn.brief {
        case .planGoals:
            goalsPlanned(turn, try Decider.read(GoalPlanReport.self, report))
        case .planTasks:
            tasksPlanned(turn, try Decider.read(TaskPlanReport.self, report))
        case .fixPlan where turn.team == nil:
            goalsPlanned(turn, try Decider.read(GoalPlanReport.self, report))
        case .fixPlan:
            tasksPlanned(turn, try Decider.read(TaskPlanReport.self, report))
        case .review(let tasks):
            reviewed(turn, tasks, try Decider.read(ReviewReport.self, report))
        case .assess:
            assessed(turn, try Decider.read(AssessmentReport.self, report))
        case .decide:
            decided(turn, try Decider.read(DirectorReport.self, report))
        case .work, .rework, .resolveConflict, .fixGate, .fixQuickGate, .finish, .proceed:
            break
        }
    }
}

extension Run {
    /// The longest pause after a fault of the provider, in milliseconds; the run's own time is the deadline of all of them.
    static let longestPause: Int64 = 300_000
    /// Turns after which a manager's conversation is replaced; what it needs to know is rendered anew.
    static let longestSession = 24
    /// Tokens of one turn's requests after which a manager's conversation is replaced.
    static let largestContext = 600_000
    /// Tokens that a manager's requests carry on average from which on its conversation is replaced: what is old in it would be sent with every request
    /// again, and what is still needed of it is read anew for less.
    static let largestRequest = 15_000

    /// Whether others have failed at it: a task that was begun anew, and what a manager was asked for the fourth time. Not sooner, and not in the
    /// midst of a conversation: another model knows nothing of what the provider has in its cache.
    func isEscalated(_ pending: Pending) -> Bool {
        guard let task = pending.brief.task else { return pending.failures >= 3 }
        return (tasks[task]?.attempts ?? 0) > 1
    }

    /// Whether a task that nobody has begun is of a team that has given up its goal.
    func hasGivenUp(_ task: TeamTask) -> Bool {
        guard task.session == nil, case .stuck = teams[task.team]?.stage else { return false }
        return true
    }

    /// What the turn's agent had been asked, as it is still noted.
    func pending(of turn: Turn) -> Pending? {
        turn.task.map { tasks[$0]?.next } ?? agents[turn.agent]?.next
    }

    /// A session id that follows from the run's seed and a counter, so that a replay gives the same.
    var nextSessionID: String { SeededUUID(seed: seed, number: UInt64(counters.sessions + 1)).text }
}

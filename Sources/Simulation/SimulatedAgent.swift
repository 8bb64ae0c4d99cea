import Orchestration

/// Writes the script of a turn: what an ideal agent does, and what strikes.
struct SimulatedAgent {
    let turn: Turn
    let run: Run
    let habits: Habits
    var faults: FaultSource
    /// Agents (by task or by role) that make the same mistake every time.
    var stubborn: [String: FaultKind]
    var random: SeededRandom

    mutating func script() -> AgentScript {
        let purpose = turn.brief.purpose
        var script = AgentScript(
            milliseconds: habits.duration(of: purpose, &random), end: .silent, costUsd: habits.cost(of: purpose, &random))
        script.saysTurnCost = random.happens(0.7)
        if let planned = plannedMilliseconds { script.milliseconds = planned }
        if turn.task == nil { manage(&script) } else { work(&script) }
        fail(&script)
        if turn.budgetTokens != nil { script.usage.cacheRead = Int(script.costUsd * 300_000) }
        keepBudget(&script)
        ask(&script)
        return script
    }

    /// The agent's program ends a turn at the request that passes its budget; now and then it goes on.
    private mutating func keepBudget(_ script: inout AgentScript) {
        guard let budget = turn.budgetUsd, let whole = script.milliseconds else { return }
        if var random = faults.strikes(.agentIgnoresBudget) {
            script.costUsd = max(script.costUsd, budget * Double(random.pick(1...5)))
            return
        }
        guard script.costUsd > budget else { return }
        var random = SeededRandom(seed: UInt64(turn.id.number), 57, 0)
        script.milliseconds = Int64(Double(whole) * budget / script.costUsd)
        script.costUsd = min(script.costUsd, budget + Self.lastRequestUsd * random.unit())
        script.end = .overBudget
        if random.happens(0.5) { script.work = .nothing }
    }

    /// What the last request of a turn costs at most.
    static let lastRequestUsd = 0.02

    /// Whether a mistake is made: because it strikes now, or because this agent always makes it.
    mutating func makes(_ kind: FaultKind) -> Bool {
        if stubborn[whose] == kind { return true }
        guard stubborn[whose] == nil, faults.strikes(kind) != nil else { return false }
        if faults.strikes(.agentIsStubborn) != nil { stubborn[whose] = kind }
        return true
    }

    /// Mistakes stick to a task, whoever works on it, or to what a manager is asked.
    private var whose: String { turn.task?.name ?? "\(turn.agent.name) \(turn.brief.purpose.rawValue)" }

    /// Puts a question into the report.
    private mutating func ask(_ script: inout AgentScript) {
        guard var random = faults.strikes(.agentAsks), case .reported(let report) = script.end, report.first == "{" else { return }
        // A worker may need to know before it goes on.
        let isBlocked = turn.task != nil && random.happens(0.4)
        let asking = isBlocked ? ReportText.work(.blocked, "needs to know") : report
        let fallback = random.happens(0.5) ? ",\"options\":[\"A\",\"B\"],\"default\":\"B\"" : ""
        script.end = .reported("{\"question\":{\"text\":\"A or B?\",\"minutes\":\(random.pick(1...60))\(fallback)},\(asking.dropFirst())")
    }

    // MARK: Workers

    private mutating func work(_ script: inout AgentScript) {
        script.end = .reported(ReportText.work(.done, "did it"))
        switch turn.brief {
        case .resolveConflict(_, let target, _): script.work = .joining(target, cures: false)
        case .fixGate(_, let target, _): script.work = .joining(target, cures: true)
        case .fixQuickGate: script.work = .joining(turn.startPoint, cures: true)
        default: script.work = .changes(random.pick(1...2))
        }
        if makes(.agentBlocked) { script.end = .reported(ReportText.work(.blocked, "no access")) }
        if makes(.agentLies) { script.work = .nothing }
        if makes(.agentObjectionable) { script.objection = "a secret in config.json" }
        script.files = files
        script.leavesUncommitted = faults.strikes(.agentLeavesUncommitted) != nil
        script.breaksGate = faults.strikes(.agentBreaksGate) != nil
    }

    private var files: [String] {
        mutating get {
            guard let id = turn.task, let task = run.tasks[id] else { return [] }
            var files = task.paths.map { SimulatedGit.file(in: $0) }
            let others = run.tasks.values.filter { $0.team == task.team && $0.id != id && !$0.state.isSettled }.sorted { $0.id < $1.id }
            if var random = faults.strikes(.agentStrays, chances: others.isEmpty ? 0 : 1), !others.isEmpty {
                files += others[random.pick(0...others.count - 1)].paths.map { SimulatedGit.file(in: $0) }
            }
            return files
        }
    }

    private var plannedMilliseconds: Int64? {
        guard case .work(let id) = turn.brief, case .given(let shares) = habits.plan, let team = turn.team, let title = run.tasks[id]?.title
        else { return nil }
        let planned = shares[team]?.lazy.joined().first { "Do \($0.key)" == title }
        return planned?.milliseconds
    }

    // MARK: Faults of any agent

    private mutating func fail(_ script: inout AgentScript) {
        let whole = script.milliseconds ?? 0
        if turn.resumes, makes(.sessionMissing) {
            script.end = .sessionMissing
            script.sessionExists = false
            script.work = .nothing
            script.milliseconds = 4000
        } else if makes(.agentSilent) {
            script.end = .silent
        } else if makes(.agentUnfit) {
            script.end = .unfit(["tasks: expected an array"])
        } else if makes(.agentNonsense) {
            script.end = .reported("{\"nonsense\": true}")
        } else if makes(.agentCrashes) {
            script.end = .failed("signal 11")
            script.sessionExists = random.happens(0.7)
            script.milliseconds = Int64(Double(whole) * random.unit())
        } else if makes(.agentOverBudget) {
            script.end = .overBudget
        } else if makes(.agentHangs) {
            hang(&script, whole)
        }
    }

    private mutating func hang(_ script: inout AgentScript, _ whole: Int64) {
        let begins = Int64(Double(whole) * random.unit())
        script.milliseconds = nil
        switch random.pick(0...3) {
        case 0: script.stuck = (begins + 30 * 60_000, .silent(minutes: 30))
        case 1: script.stuck = (begins + 50 * 60_000, .hungTool(name: "Bash", minutes: 50))
        case 2: script.stuck = (begins + 10 * 60_000, .failingTool(name: "Edit", times: 8))
        // It talks and talks: only the turn's own limit ends it.
        default: script.stuck = nil
        }
        script.recovery = random.milliseconds(10_000...600_000)
        switch random.pick(0...3) {
        case 0: script.helps = .message
        case 1, 2: script.helps = .interruption
        default: script.helps = nil
        }
    }
}

import Observability
@testable import Orchestration

/// A run built by folding events, one second apart, with the lines that each event gives.
struct RunReportFixture {
    private(set) var run: Run
    private(set) var now = Timestamp(milliseconds: 1_795_342_503_000)
    private(set) var lines: [EventLine] = []
    /// The events as a journal has them.
    private(set) var recorded: [RecordedEvent] = []

    init(workers: Int = 2, groupSize: Int = 4, verifyCommand: String? = "make check", push: Bool = true) {
        let settings = RunSettings(
            repository: "https://example.com/shop.git", branch: "main", targetBranch: "main", workerCount: workers,
            engineerManagerGroupSize: groupSize, maxRunMinutes: 120, maxBudgetUsd: 20, taskTimeoutMinutes: 30, review: .em,
            promotion: .director, push: push, maxTaskAttempts: 3, verifyCommand: verifyCommand, verifyTimeoutMinutes: 10, gateSlots: 1,
            credentials: [CredentialSlot(id: ID("key-1"), tier: 0), CredentialSlot(id: ID("key-2"), tier: 1)])
        run = Run(id: ID("run-1"), settings: settings, seed: 7, at: now)
        apply(.runStarted(run.id, settings, seed: 7), .engineStarted(settings))
        apply(.baseMoved(BaseFacts(head: .number(1), tree: .number(2), direction: .number(3))))
    }

    mutating func apply(_ events: Event...) {
        for event in events {
            now = now.advanced(byMilliseconds: 1000)
            let before = run
            run.apply(event, at: now)
            recorded.append(RecordedEvent(sequence: Int64(recorded.count) + 1, time: now, event: event))
            lines += EventLines.lines(for: event, before: before, after: run)
        }
    }

    /// The lines of these events alone.
    mutating func lines(of events: Event...) -> [EventLine] {
        lines = []
        for event in events { apply(event) }
        return lines
    }

    mutating func add(_ number: Int, _ title: String, team: Int = 1, after: [Int] = []) {
        apply(.taskAdded(RunReportFixture.task(number, title, team: team, after: after)))
    }

    static func task(_ number: Int, _ title: String, team: Int = 1, after: [Int] = []) -> TeamTask {
        TeamTask(
            id: ID("task", number), team: ID("team", team), title: title, description: "…", acceptance: "…", paths: ["\(number)/"],
            dependsOn: after.map { ID("task", $0) }, createdAt: Timestamp(milliseconds: 0))
    }

    mutating func begin(_ brief: Brief, of agent: AgentID, role: Role, turn: Int) {
        apply(.turnStarted(self.turn(brief, of: agent, role: role, turn: turn)))
    }

    func turn(_ brief: Brief, of agent: AgentID, role: Role, turn: Int) -> Turn {
        Turn(
            id: ID("turn", turn), agent: agent, role: role, team: run.agents[agent]?.team, brief: brief, session: "session-\(turn)",
            resumes: false, carriesOn: false, credential: ID("key-1"), startPoint: .number(1), startedAt: now,
            deadline: now.advanced(byMilliseconds: 1_800_000), budgetUsd: nil, stopCause: nil)
    }

    /// Works on a task in one turn and hands it in.
    mutating func finish(_ task: Int, by worker: Int, turn: Int, cost: Double) {
        let id: TaskID = ID("task", task)
        apply(.taskBriefed(id, worker: ID("worker", worker), Pending(.work(id))))
        begin(.work(id), of: ID("worker", worker), role: .worker, turn: turn)
        apply(.turnEnded(ID("turn", turn), Self.outcome(cost: cost, head: .number(50 + task))))
        apply(.taskSubmitted(id, WorkerReport(status: .done, summary: "It works.")))
    }

    static func outcome(_ end: TurnEnd = .reported("{}"), cost: Double, head: ObjectID? = nil) -> TurnOutcome {
        TurnOutcome(
            end: end, account: TurnAccount(usage: TokenUsage(input: 10_000, output: 1_000), sessionCostUsd: cost), sessionExists: true,
            head: head,
            changed: head != nil, milliseconds: 65_000)
    }

    /// Merges a task that was handed in.
    mutating func land(_ task: Int, candidate: Int, target: MergeTarget = .base) {
        let (commit, tree): (ObjectID, ObjectID) = (.number(100 + task), .number(200 + task))
        apply(.taskApproved(ID("task", task)), queued(task, candidate: candidate, target: target))
        apply(
            .candidateEntered(ID("candidate", candidate), .gating(commit: commit, tree: tree, onto: .number(1), rerun: false)),
            .treeVerified(tree: tree, command: "make check", milliseconds: 42_000),
            .candidatePublished(ID("candidate", candidate), commit: commit, tree: tree), .taskSettled(ID("task", task), .landed(commit)))
    }

    func queued(_ task: Int, candidate: Int, target: MergeTarget = .base) -> Event {
        .candidateQueued(
            Candidate(id: ID("candidate", candidate), target: target, kind: .task(ID("task", task)), head: .number(50 + task), readyAt: now)
        )
    }
}

extension ObjectID {
    /// A made-up object name that begins and ends with the number.
    static func number(_ number: Int) -> ObjectID {
        let digits = String(number, radix: 16)
        guard let id = ObjectID(digits + String(repeating: "0", count: 40 - 2 * digits.count) + digits) else {
            fatalError("not an object name")
        }
        return id
    }
}

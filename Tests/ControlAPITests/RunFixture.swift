@testable import Orchestration

/// A run built by folding events, one second apart.
struct RunFixture {
    private(set) var run: Run
    private(set) var now: Timestamp

    static let start = Timestamp(milliseconds: 1_795_342_503_123)

    init(workers: Int = 2, groupSize: Int = 4, verifyCommand: String? = "make check", credentials: [String] = ["key-1"]) {
        let settings = RunSettings(
            repository: "https://example.com/shop.git", branch: "main", targetBranch: "main", workerCount: workers,
            engineerManagerGroupSize: groupSize, maxRunMinutes: 120, maxBudgetUsd: 20, taskTimeoutMinutes: 30, review: .em,
            promotion: .director, push: true, maxTaskAttempts: 3, verifyCommand: verifyCommand, verifyTimeoutMinutes: 10, gateSlots: 1,
            credentials: credentials.map { CredentialSlot(id: ID($0), tier: 0) })
        now = Self.start
        run = Run(id: ID("run-1"), settings: settings, seed: 7, at: now)
        apply(.engineStarted(settings))
        apply(.baseMoved(BaseFacts(head: .number(1), tree: .number(2), direction: .number(3))))
    }

    mutating func apply(_ events: Event...) {
        for event in events {
            now = now.advanced(byMilliseconds: 1000)
            run.apply(event, at: now)
        }
    }

    mutating func add(_ number: Int, _ title: String, team: Int = 1, after: [Int] = []) {
        apply(
            .taskAdded(
                TeamTask(
                    id: ID("task", number), team: ID("team", team), title: title, description: "…", acceptance: "…",
                    paths: ["\(number)/"], dependsOn: after.map { ID("task", $0) }, createdAt: now)))
    }

    /// Gives a task to a worker and starts its turn.
    mutating func work(on task: Int, by worker: Int, turn: Int, usd: Double? = nil, tokens: Int? = nil) {
        apply(.taskBriefed(ID("task", task), worker: ID("worker", worker), Pending(.work(ID("task", task)))))
        begin(.work(ID("task", task)), of: ID("worker", worker), role: .worker, turn: turn, usd: usd, tokens: tokens)
    }

    mutating func begin(_ brief: Brief, of agent: AgentID, role: Role, turn: Int, usd: Double? = nil, tokens: Int? = nil) {
        apply(
            .turnStarted(
                Turn(
                    id: ID("turn", turn), agent: agent, role: role, team: run.agents[agent]?.team, brief: brief, session: "session-\(turn)",
                    resumes: false, carriesOn: false, credential: ID("key-1"), startPoint: .number(1), startedAt: now,
                    deadline: now.advanced(byMilliseconds: 1_800_000), budgetUsd: usd, budgetTokens: tokens, stopCause: nil)))
    }

    /// Ends a turn with a report and a cost.
    mutating func end(turn: Int, cost: Double, tokens: Int = 1000, head: ObjectID? = nil) {
        apply(
            .turnEnded(
                ID("turn", turn),
                TurnOutcome(
                    end: .reported("{}"), account: TurnAccount(usage: TokenUsage(input: tokens, output: tokens / 10), sessionCostUsd: cost),
                    sessionExists: true, head: head, changed: head != nil, milliseconds: 65_000)))
    }

    mutating func submit(_ task: Int) {
        apply(.taskSubmitted(ID("task", task), WorkerReport(status: .done, summary: "It works.")))
    }

    mutating func queue(_ task: Int, candidate: Int, target: MergeTarget) {
        apply(
            .taskApproved(ID("task", task)),
            .candidateQueued(
                Candidate(
                    id: ID("candidate", candidate), target: target, kind: .task(ID("task", task)), head: .number(90 + task), readyAt: now)))
    }

    /// The run as a view shows it now.
    var status: RunStatus { RunStatus(run: run, at: now) }

    /// A task of the status.
    func task(_ number: Int) -> RunStatus.TaskStatus? { status.tasks.first { $0.id == "task-\(number)" } }
}

extension ObjectID {
    /// A made-up object name that ends with the number.
    static func number(_ number: Int) -> ObjectID {
        let digits = String(number, radix: 16)
        guard let id = ObjectID(String(repeating: "0", count: 40 - digits.count) + digits) else { fatalError("not an object name") }
        return id
    }
}

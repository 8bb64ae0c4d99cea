import FoundationEssentials
import Orchestration

/// Answers every effect at once, as a company would in which all goes well: plans of 50 tasks, work, reviews, merges, green gates.
struct ImaginedWorld {
    /// Tasks after which the Director finds the direction fulfilled.
    let tasks: Int
    /// Tasks of one plan.
    let planSize: Int
    private var objects: UInt64 = 0
    /// What every worker says: made once, because what the imagined world takes for its answers counts as cco's time.
    private let work: String

    init(tasks: Int, planSize: Int = 50) throws {
        work = try ImaginedWorld.text(
            WorkerReport(status: .done, summary: "The parser takes the new form, with tests; nothing else had to change."))
        self.tasks = tasks
        self.planSize = planSize
    }

    static func settings(workers: Int = 20, teamSize: Int? = nil) -> RunSettings {
        RunSettings(
            repository: "bench", branch: "main", targetBranch: "main", workerCount: workers, engineerManagerGroupSize: teamSize ?? workers,
            maxRunMinutes: 1_000_000_000, maxBudgetUsd: nil, taskTimeoutMinutes: 90, review: .em, promotion: .auto, push: false,
            maxTaskAttempts: 3, verifyCommand: "make check", verifyTimeoutMinutes: 30, gateSlots: 1,
            credentials: [CredentialSlot(id: ID("key-1"), tier: 0)])
    }

    mutating func result(of effect: Effect, in run: Run) throws -> EffectResult {
        switch effect {
        case .prepareBase: return .base(BaseFacts(head: object(), tree: object(), direction: object()))
        case .runTurn(let id):
            guard let turn = run.turns[id] else { throw Failure("there is no \(id)") }
            return .turn(try outcome(of: turn, run))
        case .merge(let id):
            guard let candidate = run.queue.first(where: { $0.id == id }), let onto = run.tip(of: candidate.target) else {
                throw Failure("there is no \(id)")
            }
            return .merge(.clean(commit: object(), tree: object(), onto: onto))
        case .gate, .quickGate, .baseline: return .gate(.green(milliseconds: 41_000))
        case .publish: return .publish(.published)
        case .conclude: return .concluded
        case .awaitRoom: return .room
        case .say: return .said(failure: nil)
        case .forecast: return .forecast(TrialOrder(run).report([]))
        }
    }

    private static func text(_ value: some Encodable) throws -> String { String(decoding: try JSONEncoder().encode(value), as: UTF8.self) }

    private mutating func outcome(of turn: Turn, _ run: Run) throws -> TurnOutcome {
        var account = TurnAccount(usage: TokenUsage(input: 4_100, cacheWrite: 9_000, cacheRead: 80_000, output: 3_500))
        account.turnCostUsd = 0.31
        account.modelTurns = 9
        account.model = "claude-model"
        var outcome = TurnOutcome(end: .reported(try report(turn, run)), account: account, sessionExists: true, milliseconds: 240_000)
        if turn.task != nil {
            outcome.head = object()
            outcome.changed = true
            outcome.changes = run.tasks[turn.task ?? ID("")].map { ChangedFiles($0.paths) }
        }
        return outcome
    }

    private func report(_ turn: Turn, _ run: Run) throws -> String {
        func text(_ value: some Encodable) throws -> String { try ImaginedWorld.text(value) }
        switch turn.brief {
        case .planGoals:
            let goals = run.teams.keys.sorted().map { team in
                Goals.Goal(
                    team: team.name, title: "The part of \(team)", description: "Every form of the grammar that is \(team)'s.",
                    acceptance: "The tests of its forms pass.")
            }
            return try text(Goals(summary: "A part for each.", goals: goals))
        case .decide:
            let offered = run.teams.keys.sorted().filter { run.teams[$0]?.stage == .offered }
            return try text(Deliveries(deliveries: offered.map { Deliveries.Decision(team: $0.name, verdict: "accept") }))
        case .planTasks, .fixPlan: return try text(Plan(summary: "The next part.", tasks: drafts(run)))
        case .assess:
            let drafts = drafts(run)
            return try text(Assessment(goalReached: drafts.isEmpty, summary: "All of it is there so far.", tasks: drafts))
        case .review(let ids):
            return try text(Review(decisions: ids.map { Review.Decision(task: $0.name, verdict: "approve") }))
        default:
            return work
        }
    }

    private struct Goals: Encodable {
        struct Goal: Encodable {
            var team: String
            var title: String
            var description: String
            var acceptance: String
        }
        var summary: String
        var goals: [Goal]
    }

    private struct Deliveries: Encodable {
        struct Decision: Encodable {
            var team: String
            var verdict: String
        }
        var deliveries: [Decision]
        var complete = false
        var summary = "What is there goes in."
    }

    private struct Plan: Encodable {
        var summary: String
        var tasks: [TaskDraft]
    }

    private struct Assessment: Encodable {
        var goalReached: Bool
        var summary: String
        var tasks: [TaskDraft]
    }

    private struct Review: Encodable {
        struct Decision: Encodable {
            var task: String
            var verdict: String
        }
        var decisions: [Decision]
    }

    private func drafts(_ run: Run) -> [TaskDraft] {
        let first = run.tasks.count + 1
        guard first <= tasks else { return [] }
        return (first...min(tasks, first + planSize - 1)).map { number in
            TaskDraft(
                key: "part-\(number)", title: "Part \(number) of the parser",
                description:
                    "Have the parser take form \(number) of the grammar as the notes in docs/forms.md describe it, with its error cases.",
                acceptance: "The tests of form \(number) pass.", paths: ["src/form\(number)/", "tests/form\(number).txt"],
                dependsOn: number % 4 == 0 && number > first ? ["part-\(number - 1)"] : nil)
        }
    }

    private mutating func object() -> ObjectID {
        objects += 1
        // Spread as real names are.
        var digits: [UInt8] = []
        for part in 0..<3 as Range<UInt64> {
            var mixed = objects &* 0x9E37_79B9_7F4A_7C15 &+ part &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 30)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            for shift in stride(from: 60, through: 0, by: -4) where digits.count < 40 {
                let digit = UInt8(mixed >> UInt64(shift) & 0xF)
                digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        guard let id = ObjectID(String(decoding: digits, as: UTF8.self)) else {
            preconditionFailure("40 hexadecimal digits are an object's name")
        }
        return id
    }
}

import Agents
import FoundationEssentials
import Git
import Merging
import Observability
import Orchestration

/// Fills a prompt's material from the run's state and from git. Diffs are shown cut, with the whole of them in a file that the agent may read.
struct MaterialComposer: Sendable {
    let hub: HubRepository
    let resources: RunResources
    /// Where whole diffs are put for the agent.
    let folder: String

    /// Bytes of a diff that a prompt shows, shared by all submissions of one review.
    static let diffBudget = 48 << 10

    func material(for turn: Turn, _ run: Run) async throws -> TurnMaterial {
        let team = turn.team.flatMap { run.teams[$0] }
        let leads = turn.role != .worker && team != nil
        var material = TurnMaterial(
            agent: turn.agent.name, role: turn.role, leadsWorkers: leads, brief: turn.brief, continuing: turn.resumes,
            project: try await project(turn, run), targetBranch: targetBranch(turn, run))
        material.goal = team?.goal.map { sheet($0, instructions: team?.returned) }
        material.workers = team?.members.count ?? 0
        material.gate = GateSheet(
            command: run.verifyCommand, isRedOnBase: run.baselineRed != nil, mayBeProposed: !run.verifySettled && turn.role == .director)
        if let task = turn.task, let work = run.tasks[task] {
            material.tasks = [sheet(work)]
            material.messages = work.history.map { "An earlier attempt at this task ended like this: \($0)" }
            material.collisions = run.warnings(for: task)
        } else if let team {
            material.tasks = run.tasks.values.filter { $0.team == team.id }.sorted { $0.id < $1.id }.map(sheet)
        } else {
            material.teams = run.teams.values.sorted { $0.id < $1.id }.map { sheet($0) }
        }
        if !turn.resumes { material.messages += run.mail.repeated(to: turn).map(Self.repeated) }
        if let remark = turn.remark { material.messages.append("Your last turn for this brought nothing usable: \(remark)") }
        switch turn.brief {
        case .review(let tasks): material.submissions = try await submissions(tasks, run)
        case .decide: material.deliveries = try await deliveries(run)
        case .fixGate(let task, let target, _): material.meeting = try await meeting(of: task, with: target, turn, run)
        default: break
        }
        if turn.tellsFlakes { material.flakes = run.flakes.news.map(sheet) }
        if turn.role != .worker {
            // A team's tasks say of themselves that they have landed.
            if team == nil { material.landed = try await landed(run) }
            material.hotFiles = run.hotFiles(limit: TurnMaterial.mostHotFiles)
        }
        return material
    }

    private static func repeated(_ record: MessageRecord) -> String {
        let state = record.state == .acknowledged ? "you have acknowledged it" : "name its id in `acknowledgedMessages`"
        let giver = "\(record.sender), a person in charge of this run"
        return "\(giver), has ordered in an earlier session (\(record.id); \(state)): \(record.text)"
    }

    private func targetBranch(_ turn: Turn, _ run: Run) -> String {
        if let team = turn.team, !run.isFlat { "cco/\(team)" } else { run.settings.targetBranch }
    }

    private func project(_ turn: Turn, _ run: Run) async throws -> ProjectSheet {
        var direction = resources.directionFallback ?? ""
        var isEmpty = true
        if let head = run.base?.head {
            if let text = try await hub.file(at: head, path: IntegrationRules.directionFile, limit: 64 << 10) {
                direction = String(decoding: text, as: UTF8.self)
            }
            let known: Set = [IntegrationRules.directionFile, TeamStructure.fileName]
            isEmpty = try await hub.rootNames(of: head).isSubset(of: known)
        }
        let changed = run.shownDirection != nil && run.base?.direction != run.shownDirection
        return ProjectSheet(direction: direction, directionChanged: changed, baseBranch: run.settings.targetBranch, isEmpty: isEmpty)
    }

    private func sheet(_ goal: Goal, instructions: String?) -> GoalSheet {
        GoalSheet(title: goal.title, description: goal.description, acceptance: goal.acceptance, instructions: instructions)
    }

    private func sheet(_ task: TeamTask) -> TaskSheet {
        var state = task.state.word
        var isLost = false
        switch task.state {
        case .dropped(let why), .failed(let why):
            state += ": \(why)"
            isLost = true
        default: break
        }
        return TaskSheet(
            id: task.id.name, title: task.title, description: task.description, acceptance: task.acceptance, paths: task.paths,
            dependsOn: task.dependsOn.map(\.name), state: state, worker: task.worker?.name, attempt: max(1, task.attempts), isLost: isLost)
    }

    private func sheet(_ team: Team) -> TeamSheet {
        TeamSheet(
            id: team.id.name, workers: team.members.count, goal: team.goal.map { sheet($0, instructions: nil) }, state: team.stage.words)
    }

    private func submissions(_ ids: [TaskID], _ run: Run) async throws -> [SubmissionSheet] {
        var sheets: [SubmissionSheet] = []
        for id in ids {
            guard let task = run.tasks[id], let report = task.report else { continue }
            // Against the target as it is, since the branch may have brought it in: what others did is not under review.
            let start = run.head(of: run.target(of: task.team)) ?? task.base
            let change = try await change(from: start, to: task.head, name: id.name, share: Self.diffBudget / max(1, ids.count))
            sheets.append(
                SubmissionSheet(
                    task: sheet(task), isBlocked: report.status == .blocked, summary: report.summary, notes: report.notes, change: change,
                    quick: task.quick?.words(run.settings.quickVerifyCommand)))
        }
        return sheets
    }

    private func deliveries(_ run: Run) async throws -> [DeliverySheet] {
        var sheets: [DeliverySheet] = []
        for team in run.teams.values.sorted(by: { $0.id < $1.id }) where team.stage == .offered {
            guard let goal = team.goal, let base = run.base?.head else { continue }
            let change = try await change(from: base, to: team.head, name: team.id.name, share: 0)
            sheets.append(DeliverySheet(team: team.id.name, goal: sheet(goal, instructions: nil), summary: team.summary, change: change))
        }
        return sheets
    }

    /// What `head` adds since it left `base`'s line.
    func change(from base: ObjectID?, to head: ObjectID?, name: String, share: Int, excluding: [String] = []) async throws
        -> ChangeSheet
    {
        guard let base, let head, head != base else { return ChangeSheet(commits: [], diffstat: "") }
        let start = try await hub.mergeBase(base, head) ?? base
        let commits = try await hub.log(from: start, to: head, limit: 30).map { "\($0.id.short) \($0.subject)" }
        let stat = try await hub.diffStat(from: start, to: head, limit: 4 << 10, excluding: excluding)
        let path = "\(folder)/\(name).diff"
        let whole = try await hub.diff(from: start, to: head, limit: 8 << 20, excluding: excluding)
        try PrivateFiles.makeFolder(folder)
        try PrivateFiles.write(Array(resources.redactor.redacted(whole.text).utf8), to: path, isSynced: false)
        guard share > 0 else { return ChangeSheet(commits: commits, diffstat: stat, isCut: true, diffPath: path) }
        let shown = String(decoding: resources.redactor.redacted(whole.text).utf8.prefix(share), as: UTF8.self)
        return ChangeSheet(commits: commits, diffstat: stat, diff: shown, isCut: whole.totalBytes > share, diffPath: path)
    }

    private func landed(_ run: Run) async throws -> [String] {
        guard let start = run.startedFrom, let head = run.base?.head, start != head else { return [] }
        return try await hub.firstParentLog(from: start, to: head).prefix(50).map { "\($0.id.short) \($0.subject)" }
    }
}

extension Team.Stage {
    /// The stage as the Director is told it.
    package var words: String {
        switch self {
        case .idle: "has no open goal"
        case .planning: "is planning"
        case .working: "is working"
        case .assessing: "is judging its result"
        case .offered: "has delivered and waits for your decision"
        case .promoting: "is being merged"
        case .stuck(let why): "is stuck: \(why)"
        }
    }
}

import Orchestration

/// Longest texts in a prompt, in characters.
private enum Limit {
    static let direction = 48_000
    static let description = 8_000
    static let paragraph = 4_000
    static let diff = 60_000
    static let excerpt = 12_000
    /// Of all conflicting files together; of what is left over only the names are given.
    static let conflicts = 48_000
    static let line = 300
    static let lines = 60
    /// Of two changes that meet at the gate.
    static let ownChange = 12_500
    static let othersChange = 25_000
    static let meetingCommits = 20
    static let flakes = 5
    static let flake = 1_200
}

extension PromptContext {
    /// Everything that templates can name, from a turn's material.
    init(_ material: TurnMaterial) {
        self.init()
        describe(material)
        describe(material.project, continuing: material.continuing)
        describe(material.gate, isPlanning: material.brief.purpose == .plan)
        describe(work: material)
        describe(material.brief, tasks: material.tasks)
        describe(material.collisions, brief: material.brief)
        describe(material.hotFiles)
    }

    private mutating func describe(_ material: TurnMaterial) {
        values["agent"] = .text(material.agent)
        values["leadsWorkers"] = .flag(material.leadsWorkers)
        values["continuing"] = .flag(material.continuing)
        values["fresh"] = .flag(!material.continuing)
        values["target"] = .text(material.targetBranch)
        values["targetRef"] = .text(material.targetRef)
        values["workers"] = .text(String(material.workers))
        values["messages"] = .lines(material.messages, each: Limit.paragraph)
        values["anyMessages"] = .flag(!material.messages.isEmpty)
    }

    private mutating func describe(_ project: ProjectSheet, continuing: Bool) {
        values["direction"] = .cut(project.direction, Limit.direction)
        values["directionChanged"] = .flag(project.directionChanged)
        values["showDirection"] = .flag(project.directionChanged || !continuing)
        values["base"] = .text(project.baseBranch)
        values["empty"] = .flag(project.isEmpty)
    }

    private mutating func describe(_ gate: GateSheet, isPlanning: Bool) {
        values["gate"] = .cut(gate.command ?? "", Limit.paragraph)
        values["gateRed"] = .flag(gate.isRedOnBase)
        values["gateMayBeProposed"] = .flag(gate.mayBeProposed && isPlanning)
    }

    private mutating func describe(work material: TurnMaterial) {
        values["goal"] = .optional(material.goal.map { PromptContext($0) })
        values["tasks"] = .list(material.tasks.map { PromptContext($0) })
        values["anyTasks"] = .flag(!material.tasks.isEmpty)
        values["teams"] = .list(material.teams.map { PromptContext($0) })
        values["submissions"] = .list(material.submissions.map { PromptContext($0) })
        values["submitted"] = .text(material.submissions.map(\.task.id).joined(separator: ", "))
        values["single"] = .flag(material.submissions.count == 1)
        values["deliveries"] = .list(material.deliveries.map { PromptContext($0) })
        values["anyDeliveries"] = .flag(!material.deliveries.isEmpty)
        values["delivered"] = .text(material.deliveries.map(\.team).joined(separator: ", "))
        values["landed"] = .lines(material.landed)
        values["anyLanded"] = .flag(!material.landed.isEmpty)
        values["meeting"] = .optional(material.meeting.map { PromptContext($0) })
        values["anyFlakes"] = .flag(!material.flakes.isEmpty)
        values["flakes"] = .list(material.flakes.prefix(Limit.flakes).map { PromptContext($0) })
    }

    private mutating func describe(_ brief: Brief, tasks: [TaskSheet]) {
        values["task"] = .optional(tasks.first { $0.id == brief.task?.name }.map { PromptContext($0) })
        values["problems"] = .lines(brief.problems, each: Limit.paragraph)
        values["instructions"] = .cut(brief.instructions, Limit.description)
        values["reason"] = .cut(brief.reason, Limit.paragraph)
        var room = Limit.conflicts
        values["conflicts"] = .list(
            brief.conflicts.prefix(Limit.lines).map { conflict in
                let hunks = min(Limit.excerpt, room)
                room -= min(hunks, conflict.hunks.count)
                return PromptContext(conflict, hunks: hunks)
            })
        values["log"] = .optional(brief.log.map { PromptContext($0) })
    }

    private mutating func describe(_ warnings: [CollisionWarning], brief: Brief) {
        // Whoever is to bring the target in is told of that by its brief.
        let bringsIn = if case .resolveConflict = brief { true } else if case .fixGate = brief { true } else { false }
        let moved = bringsIn ? nil : warnings.first { $0.kind == .target }
        let others = warnings.filter { $0.kind != .target }.prefix(CollisionWarning.most)
        values["targetMoved"] = .flag(moved != nil)
        values["targetConflicts"] = .cut(moved?.files.words(naming: CollisionWarning.mostFiles) ?? "", Limit.paragraph)
        values["anyCollisions"] = .flag(!others.isEmpty)
        values["collisions"] = .list(others.map { PromptContext($0) })
    }

    private mutating func describe(_ files: [HotFile]) {
        values["anyHotFiles"] = .flag(!files.isEmpty)
        values["hotFiles"] = .lines(files.prefix(TurnMaterial.mostHotFiles).map { "\($0.path): \($0.words)" })
    }

    private init(_ warning: CollisionWarning) {
        self.init([
            "other": .text(warning.other?.name ?? ""),
            "title": .cut(warning.title, Limit.line),
            "state": .text(warning.state),
            "ref": .text(warning.ref),
            "files": .cut(warning.files.words(naming: CollisionWarning.mostFiles), Limit.paragraph),
            "conflicts": .flag(warning.kind == .conflict),
            "claims": .flag(warning.kind == .claim),
        ])
    }

    private init(_ goal: GoalSheet) {
        self.init([
            "title": .cut(goal.title, Limit.line),
            "description": .cut(goal.description, Limit.description),
            "acceptance": .cut(goal.acceptance, Limit.paragraph),
            "instructions": .cut(goal.instructions ?? "", Limit.description),
        ])
    }

    private init(_ task: TaskSheet) {
        self.init([
            "id": .text(task.id),
            "title": .cut(task.title, Limit.line),
            "description": .cut(task.description, Limit.description),
            "acceptance": .cut(task.acceptance, Limit.paragraph),
            "paths": .cut(task.paths.joined(separator: ", "), Limit.paragraph),
            "dependsOn": .text(task.dependsOn.joined(separator: ", ")),
            "state": .text(task.state),
            "worker": .text(task.worker ?? ""),
            "attempt": .text(String(task.attempt)),
            "retried": .flag(task.attempt > 1),
            "isLost": .flag(task.isLost),
        ])
    }

    private init(_ team: TeamSheet) {
        self.init([
            "id": .text(team.id),
            "workers": .text(String(team.workers)),
            "state": .text(team.state),
            "goal": .optional(team.goal.map { PromptContext($0) }),
        ])
    }

    private init(_ change: ChangeSheet, diff limit: Int = Limit.diff, commits: Int = Limit.lines) {
        self.init([
            "commits": .lines(commits < Limit.lines ? Array(change.commits.prefix(commits)) : change.commits),
            "diffstat": .cut(change.diffstat, Limit.paragraph),
            "diff": .cut(change.diff, limit),
            "isCut": .flag(change.isCut || PromptContext.end(of: change.diff, limit) != nil),
            "diffPath": .text(change.diffPath ?? ""),
        ])
    }

    private init(_ submission: SubmissionSheet) {
        self = PromptContext(submission.task).merging(PromptContext(submission.change))
        values["isBlocked"] = .flag(submission.isBlocked)
        values["summary"] = .cut(submission.summary, Limit.paragraph)
        values["notes"] = .cut(submission.notes ?? "", Limit.paragraph)
        values["quick"] = .cut(submission.quick ?? "", Limit.paragraph)
    }

    private init(_ meeting: MeetingSheet) {
        self.init([
            "own": .optional(PromptContext(meeting.own, diff: Limit.ownChange, commits: Limit.meetingCommits)),
            "others": .optional(PromptContext(meeting.others, diff: Limit.othersChange, commits: Limit.meetingCommits)),
            "passesWithout": .flag(meeting.passesWithout),
        ])
    }

    private init(_ flake: FlakeSheet) {
        self.init([
            "failure": .cut(flake.excerpt.contains(flake.failure) ? "" : flake.failure, Limit.line),
            "excerpt": .cut(flake.excerpt, Limit.flake),
            "often": .text(flake.times == 1 ? "once" : "\(flake.times) times"), "path": .text(flake.logPath),
        ])
    }

    private init(_ delivery: DeliverySheet) {
        self = PromptContext(delivery.goal).merging(PromptContext(delivery.change))
        values["team"] = .text(delivery.team)
        values["summary"] = .cut(delivery.summary, Limit.paragraph)
    }

    private init(_ conflict: ConflictExcerpt, hunks: Int) {
        self.init([
            "path": .cut(conflict.path, Limit.line), "kind": .cut(conflict.kind, Limit.line),
            "hunks": hunks > 0 ? .cut(conflict.hunks, hunks) : .text(""),
        ])
    }

    private init(_ log: GateExcerpt) {
        self.init([
            "command": .cut(log.command, Limit.paragraph),
            "ending": .cut(log.exitCode.map { "exit code \($0)" } ?? log.ending, Limit.line),
            "tail": .text(PromptContext.asData(String(log.tail.suffix(Limit.excerpt)))),
            "path": .text(log.logPath),
        ])
    }

    func merging(_ other: PromptContext) -> PromptContext {
        PromptContext(values.merging(other.values) { _, new in new })
    }

    /// Where a text longer than `limit` characters has to be cut; `nil` for a shorter one.
    fileprivate static func end(of text: String, _ limit: Int) -> String.Index? {
        guard let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex), end < text.endIndex else { return nil }
        return end
    }

    /// A text that cannot close the tags which set it apart.
    static func asData(_ text: String) -> String {
        text.replacing("</data", with: "<\\/data").replacing("</direction", with: "<\\/direction")
    }
}

extension PromptContext.Value {
    /// A text of bounded length, with a note where it is cut.
    fileprivate static func cut(_ text: String, _ limit: Int) -> PromptContext.Value {
        guard let end = PromptContext.end(of: text, limit) else {
            let last = text.lastIndex { !$0.isNewline }
            return .text(last.map { PromptContext.asData(String(text[...$0])) } ?? "")
        }
        return .text(PromptContext.asData(String(text[..<end])) + "\n[cut here]")
    }

    /// Single lines of bounded length, and how many more there were.
    fileprivate static func lines(_ lines: [String], each limit: Int = Limit.line) -> PromptContext.Value {
        var shown = lines.prefix(Limit.lines).map { Activity.bounded($0, to: limit) }
        if lines.count > Limit.lines { shown.append("and \(lines.count - Limit.lines) more") }
        return .list(shown.map { PromptContext(["line": .text(PromptContext.asData($0))]) })
    }
}

extension Brief {
    fileprivate var problems: [String] { if case .fixPlan(let problems) = self { problems } else { [] } }

    fileprivate var instructions: String { if case .rework(_, let instructions) = self { instructions } else { "" } }

    fileprivate var reason: String {
        switch self {
        case .finish(_, let reason, _), .proceed(_, let reason, _): reason
        default: ""
        }
    }

    fileprivate var conflicts: [ConflictExcerpt] { if case .resolveConflict(_, _, let files) = self { files } else { [] } }

    fileprivate var log: GateExcerpt? {
        switch self {
        case .fixGate(_, _, let log), .fixQuickGate(_, let log): log
        default: nil
        }
    }
}

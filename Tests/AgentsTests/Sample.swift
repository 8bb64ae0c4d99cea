import Orchestration

@testable import Agents

/// Values that stand for what the engine would fill in.
enum Sample {
    static let goal = GoalSheet(title: "A parser", description: "Build the parser in src/parser.", acceptance: "`make test` covers it.")

    static let task = TaskSheet(
        id: "task-1", title: "Tokenizer", description: "Write src/tokens.py with `tokenize(text)`.", acceptance: "`make test` passes.",
        paths: ["src/tokens.py", "tests/"], state: "working", worker: "worker-3")

    static let change = ChangeSheet(
        commits: ["0123456789 Add the tokenizer"], diffstat: " src/tokens.py | 40 +++", diff: "+def tokenize(text):", isCut: true,
        diffPath: "/run/diffs/task-1.diff")

    static func object() throws -> ObjectID {
        guard let id = ObjectID(String(repeating: "a", count: 40)) else { throw Problem.notAnID }
        return id
    }

    enum Problem: Error { case notAnID }

    static func briefs() throws -> [(Role, Bool, Brief)] {
        let task = TaskID("task", 1)
        let conflict = ConflictExcerpt(path: "src/tokens.py", kind: "content", hunks: "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs")
        let log = GateExcerpt(command: "make test", exitCode: 2, ending: "", tail: "1 failed", logPath: "/run/gate.log")
        return [
            (.director, false, .planGoals), (.director, false, .fixPlan(problems: ["team-9 is unknown"])), (.director, false, .decide),
            (.director, true, .planTasks), (.director, true, .fixPlan(problems: ["task a and b claim src/"])),
            (.director, true, .review([task])),
            (.director, true, .assess), (.engineerManager, true, .planTasks),
            (.engineerManager, true, .fixPlan(problems: ["a cycle: a, b"])),
            (.engineerManager, true, .review([task])), (.engineerManager, true, .assess), (.worker, false, .work(task)),
            (.worker, false, .rework(task, instructions: "Handle the empty text.")),
            (.worker, false, .resolveConflict(task, target: try object(), files: [conflict])),
            (.worker, false, .fixGate(task, target: try object(), log: log)),
            (.worker, false, .fixQuickGate(task, log: log)),
            (.worker, false, .finish(task, reason: "there is no commit.")),
        ]
    }

    static func material(role: Role, leadsWorkers: Bool? = nil, brief: Brief, continuing: Bool = false) -> TurnMaterial {
        TurnMaterial(
            agent: role == .worker ? "worker-3" : "em-1", role: role, leadsWorkers: leadsWorkers ?? (role == .engineerManager),
            brief: brief,
            continuing: continuing, project: ProjectSheet(direction: "Build a calculator.", baseBranch: "main"), goal: goal, tasks: [task],
            teams: [
                TeamSheet(id: "team-1", workers: 4, goal: goal, state: "delivered"), TeamSheet(id: "team-2", workers: 3, state: "idle"),
            ],
            workers: 4, gate: GateSheet(command: "make test"),
            submissions: [SubmissionSheet(task: task, isBlocked: false, summary: "Did it.", notes: "Slow.", change: change)],
            deliveries: [DeliverySheet(team: "team-1", goal: goal, summary: "All there.", change: change)],
            landed: ["task-0 Scaffold"], targetBranch: "cco/team-1", messages: ["Use Python 3.11."])
    }
}

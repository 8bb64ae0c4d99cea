import Orchestration

extension PromptContext {
    /// A context in which every name is known and no list is empty, for checking templates.
    static var sample: PromptContext {
        var everything = PromptContext()
        for brief in sampleBriefs {
            let context = PromptContext(sampleMaterial(brief))
            everything.values.merge(context.values) { old, new in
                if case .list(let items) = new, items.isEmpty { old } else { new }
            }
        }
        return everything
    }

    private static var sampleBriefs: [Brief] {
        let task = TaskID("task", 1)
        // The id of git's empty tree; any full id would do.
        guard let target = ObjectID("4b825dc642cb6eb9a060e54bf8d69288fbee4904") else { return [.work(task)] }
        return [
            .fixPlan(problems: ["a problem"]), .rework(task, instructions: "instructions"), .finish(task, reason: "a reason"),
            .proceed(task, reason: "a reason"),
            .resolveConflict(task, target: target, files: [ConflictExcerpt(path: "a", kind: "content", hunks: "hunks")]),
            .fixGate(task, target: target, log: GateExcerpt(command: "test", exitCode: 1, ending: "", tail: "tail", logPath: "log")),
        ]
    }

    private static var sampleWarnings: [CollisionWarning] {
        guard let commit = ObjectID("4b825dc642cb6eb9a060e54bf8d69288fbee4904") else { return [] }
        return [CollisionWarning.Kind.target, .conflict, .claim].map { kind in
            CollisionWarning(
                kind: kind, task: ID("task", 1), other: kind == .target ? nil : ID("task", 2), title: "other", state: "in review",
                commit: commit, ref: "refs/cco/other/task-2", files: ChangedFiles(["a"]))
        }
    }

    private static func sampleMaterial(_ brief: Brief) -> TurnMaterial {
        let goal = GoalSheet(title: "goal", description: "description", acceptance: "acceptance", instructions: "instructions")
        let task = TaskSheet(
            id: "task-1", title: "task", description: "description", acceptance: "acceptance", paths: ["a/"], dependsOn: ["task-2"],
            state: "working", worker: "worker-1", attempt: 2)
        let change = ChangeSheet(commits: ["0123456789 commit"], diffstat: "a | 1 +", diff: "diff", isCut: true, diffPath: "full.diff")
        var material = TurnMaterial(
            agent: "agent-1", role: .director, leadsWorkers: true, brief: brief,
            project: ProjectSheet(direction: "direction", directionChanged: true, baseBranch: "main", isEmpty: true), goal: goal,
            tasks: [task],
            teams: [TeamSheet(id: "team-1", workers: 1, goal: goal, state: "idle")], workers: 1,
            gate: GateSheet(command: "test", isRedOnBase: true, mayBeProposed: true),
            submissions: [
                SubmissionSheet(task: task, isBlocked: true, summary: "summary", notes: "notes", change: change, quick: "passed")
            ],
            deliveries: [DeliverySheet(team: "team-1", goal: goal, summary: "summary", change: change)], landed: ["landed"],
            targetBranch: "main", messages: ["message"], collisions: sampleWarnings,
            hotFiles: [HotFile(path: "a", landed: 1, conflicts: 1, open: [])])
        material.meeting = MeetingSheet(own: change, others: change, passesWithout: true)
        material.flakes = [FlakeSheet(failure: "failure", excerpt: "excerpt", times: 2, logPath: "log")]
        return material
    }
}

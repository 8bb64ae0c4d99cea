import Testing

@testable import Orchestration

@Suite("Packed tasks")
struct PackedTasksTests {
    private let commit = ObjectID(String(repeating: "ab", count: 20))

    private var bare: TeamTask {
        TeamTask(
            id: ID("task-1"), team: ID("team-1"), title: "", description: "", acceptance: "", paths: [], dependsOn: [],
            createdAt: Timestamp(milliseconds: -5))
    }

    /// A task in which nothing is as it begins.
    private func full(_ state: TeamTask.State) -> TeamTask {
        var task = TeamTask(
            id: ID("task-2"), team: ID("team-2"), title: "Tïtle 😀", description: String(repeating: "d", count: 300), acceptance: "a",
            paths: ["src/", "doc.md"], dependsOn: [ID("task-1"), ID("other")], isRepair: true, createdAt: Timestamp(milliseconds: 1 << 50))
        task.firstBrief = .resolveConflict(ID("task-2"), target: commit!, files: [ConflictExcerpt(path: "p", kind: "content", hunks: "<")])
        task.state = state
        task.worker = ID("worker-3")
        task.formerWorkers = [ID("worker-1"), ID("worker-2")]
        var session = Session(id: "session")
        (session.exists, session.turns, session.costUsd, session.credential, session.contextTokens) = (
            true, 3, 0.1 + 0.2, ID("key-1"), 9_000
        )
        task.session = session
        task.next = Pending(.rework(ID("task-2"), instructions: "more"), carryOn: true, failures: 1, notBefore: Timestamp(milliseconds: 7))
        (task.base, task.head, task.tree) = (commit, commit, commit)
        task.quick = QuickCheck(commit: commit!, tree: commit!, skipsReview: true, since: Timestamp(milliseconds: 5))
        task.quick?.verdict = .green(milliseconds: 4)
        task.report = WorkerReport(status: .blocked, summary: "s", notes: "n")
        task.history = ["once", "twice"]
        (task.attempts, task.reworks, task.conflicts, task.redGates, task.returns, task.undecidedReviews) = (1, 2, 3, 4, 6, 5)
        (task.startedAt, task.settledAt) = (Timestamp(milliseconds: 8), Timestamp(milliseconds: 9))
        task.usage = TokenUsage(input: 10, cacheWrite: 11, cacheRead: 12, output: Int.max)
        task.costUsd = -1.5
        task.changes = ChangedFiles(["src/a"])
        task.size = .large
        task.held = Hold(by: ID("task-1"), path: "src/a", since: Timestamp(milliseconds: 6))
        (task.priority, task.addedBy) = (-3, "Ada")
        return task
    }

    @Test("every part of a task survives, in every state")
    func survival() throws {
        let states: [TeamTask.State] = [
            .waiting, .assigned, .submitted, .approved, .landed(commit!), .unneeded, .dropped("why"), .failed("why not"),
        ]
        for state in states {
            let tasks = TaskRegister([bare, full(state)])
            let packed = try PackedTasks.pack(tasks)
            #expect(try PackedTasks.unpack(packed[...]) == tasks)
        }
        // A part that is added to a task has to be packed too, and to be added to `full`.
        #expect(Mirror(reflecting: bare).children.count == 36)
        for (empty, used) in zip(Mirror(reflecting: bare).children, Mirror(reflecting: full(.assigned)).children) {
            #expect("\(empty.value)" != "\(used.value)", "\(empty.label ?? "") is not tried")
        }
    }

    @Test("what is cut off or goes on is refused")
    func damage() throws {
        let packed = try PackedTasks.pack(TaskRegister([bare, full(.landed(commit!))]))
        for length in 0..<packed.count {
            #expect(throws: (any Error).self) { try PackedTasks.unpack(packed.prefix(length)) }
        }
        #expect(throws: (any Error).self) { try PackedTasks.unpack((packed + [0])[...]) }
    }
}

import Agents
import JSON
import Orchestration
import Testing

@testable import TestSupport

@Suite("A scripted worker in the real CLI", .enabled(if: RealCLI.isSetUp, "The Claude Code CLI is missing: run scripts/setup."))
struct CompanyWorkerTests {
    private static let id = TaskID("task", 1)

    /// Plays the first task of a plan: the work itself, then each further brief in the same session.
    private func play(
        _ plan: CompanyPlan,
        _ body: @Sendable @escaping (CompanyStage, @Sendable (Brief) async throws -> CLIWorkplace.Outcome) async throws -> Void
    ) async throws {
        try await CompanyStage.lend(plan) { stage in
            let sheets = CompanySheets(plan: plan)
            try await body(stage) { brief in
                let isFirst = if case .work = brief { true } else { false }
                return try await stage.turn(sheets.material(.worker, brief, tasks: [sheets.sheet(plan.tasks[0])], continuing: !isFirst))
            }
        }
    }

    private func plan(_ mistakes: WorkMistake...) -> CompanyPlan {
        var plan = CompanyPlan.synthetic(tasks: 1)
        plan.goals[0].tasks[0].mistakes = mistakes
        return plan
    }

    @Test("writes, edits, runs and commits with the CLI's own tools")
    func everyTool() async throws {
        var plan = plan()
        plan.goals[0].tasks[0].steps = [
            .write([WorkFile("src/task1.txt", "task 1 nearly\n"), WorkFile("note's.txt", "n\n")]),
            .edit(path: "src/task1.txt", old: "nearly", new: "alone"), .run("sh check.sh && echo green > result"), .commit("It's done"),
        ]
        try await play(plan) { stage, turn in
            let outcome = try await turn(.work(Self.id))
            #expect(outcome.result?["structured_output"] == ["status": "done", "summary": "Wrote src/task1.txt."], "\(outcome.errors)")
            #expect(
                try await stage.shell("git log -1 --format=%s && git show --name-only --format= HEAD && git status --short") == """
                    It's done
                    note's.txt
                    result
                    src/task1.txt
                    """)
            // A second attempt meets what the first one left, and makes nothing twice.
            let again = try await turn(.finish(Self.id, reason: "there is no commit."))
            #expect(again.result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git status --short; cat src/task1.txt") == "task 1 alone")
        }
    }

    @Test("does nothing at first, and the task when it is told that there is no commit")
    func noCommit() async throws {
        try await play(plan(.noCommit)) { stage, turn in
            let first = try await turn(.work(Self.id))
            #expect(first.result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git rev-list --count HEAD && git status --short") == "1")
            #expect(try await turn(.finish(Self.id, reason: "your branch has no commit")).result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git rev-list --count HEAD && git status --short && sh check.sh") == "2")
        }
    }

    @Test("leaves its work uncommitted")
    func uncommitted() async throws {
        var plan = plan(.uncommitted)
        plan.goals[0].tasks[0].steps = [.write([WorkFile("src/task1.txt", "task 1 alone\n")]), .commit("Write it")]
        try await play(plan) { stage, turn in
            let first = try await turn(.work(Self.id))
            #expect(first.result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git rev-list --count HEAD && git status --short") == "1\n?? src/")
        }
    }

    @Test("reports when it is reminded")
    func forgetsReport() async throws {
        try await play(plan(.forgetsReport)) { _, turn in
            let outcome = try await turn(.work(Self.id))
            #expect(outcome.result?["structured_output"]?["status"] == "done")
        }
    }

    @Test(
        "ends a turn without a usable report, and gives it in the next",
        arguments: [
            (WorkMistake.refusesReport, "success", "you ended your turn without calling StructuredOutput"),
            (.unfitReport, "error_max_structured_output_retries", "your report did not fit its schema"),
        ])
    func withoutReport(mistake: WorkMistake, subtype: String, reason: String) async throws {
        try await play(plan(mistake)) { stage, turn in
            let first = try await turn(.work(Self.id))
            #expect(first.result?["structured_output"] == nil)
            #expect(first.result?["subtype"] == .string(subtype))
            let requests = await stage.api.requestCount
            #expect(try await turn(.finish(Self.id, reason: reason)).result?["structured_output"]?["status"] == "done")
            #expect(await stage.api.requestCount == requests + 1, "the work was there already")
        }
    }

    @Test("commits an .env file")
    func environmentFile() async throws {
        try await play(plan(.writesEnvFile)) { stage, turn in
            let first = try await turn(.work(Self.id))
            #expect(first.result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git log --name-only --format= -- .env") == ".env")
        }
    }

    @Test("commits its API key, and takes it out when it is told")
    func secret() async throws {
        var plan = plan(.printsSecrets)
        plan.goals[0].tasks[0].steps = [.write([WorkFile("src/task1.txt", "task 1 alone\n")]), .commit("Write it")]
        try await play(plan) { stage, turn in
            let outcome = try await turn(.work(Self.id))
            #expect(try await stage.shell("git grep -l sk-test-key") == WorkMistake.leakedFile)
            #expect(
                outcome.lines.contains { (try? $0.text())?.contains("ANTHROPIC_API_KEY=sk-test-key") ?? false },
                "the tool's output shows it")
            _ = try await turn(.finish(Self.id, reason: "\(WorkMistake.leakedFile) contains a secret of the run; remove it"))
            #expect(try await stage.shell("git grep -l sk-test-key || git status --short") == "")
        }
    }

    @Test("is blocked until its lead answers")
    func blocked() async throws {
        try await play(plan(.blocked(reason: "There is no src/.", answer: "Make it."))) { stage, turn in
            let first = try await turn(.work(Self.id))
            #expect(first.result?["structured_output"] == ["status": "blocked", "summary": "There is no src/."])
            #expect(try await turn(.rework(Self.id, instructions: "Make it.")).result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git rev-list --count HEAD && sh check.sh") == "2")
        }
    }

    @Test("follows its lead's orders")
    func rework() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1, rates: .init(reworksEvery: 1))
        try await play(plan) { stage, turn in
            _ = try await turn(.work(Self.id))
            let orders = "Add the note src/task1.note.txt with the word noted."
            #expect(try await turn(.rework(Self.id, instructions: orders)).result?["structured_output"]?["status"] == "done")
            #expect(
                try await stage.shell("git log --format=%s && cat src/task1.note.txt")
                    == "Note beside src/task1.txt\nWrite src/task1.txt\nseed\nnoted")
        }
    }

    @Test("mends a red gate on top of what has landed")
    func redGate() async throws {
        try await play(.synthetic(tasks: 1, rates: .init(redGatesEvery: 1))) { stage, turn in
            _ = try await turn(.work(Self.id))
            #expect(try await stage.shell("sh check.sh || true") == "src/task1.txt is broken")
            let target = try await stage.land("echo 'task 2 alone' > src/task2.txt")
            let log = GateExcerpt(command: "sh check.sh", exitCode: 1, ending: "", tail: "src/task1.txt is broken", logPath: "/log")
            #expect(try await turn(.fixGate(Self.id, target: target, log: log)).result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git merge-base --is-ancestor refs/cco/target HEAD && sh check.sh && git status --short") == "")
        }
    }

    @Test("keeps both sides of a conflict, in an old file and in a new one")
    func conflict() async throws {
        var plan = CompanyPlan.synthetic(tasks: 1, rates: .init(conflictsEvery: 1))
        plan.goals[0].tasks[0].steps.insert(.write([WorkFile("list.txt", "both\nmine\n")]), at: 0)
        try await play(plan) { stage, turn in
            _ = try await turn(.work(Self.id))
            let target = try await stage.land("printf 'both\\ntheirs\\n' > list.txt; echo 'task 2' >> shared.txt")
            let files = ["list.txt", "shared.txt"].map { ConflictExcerpt(path: $0, kind: "content", hunks: "") }
            #expect(
                try await turn(.resolveConflict(Self.id, target: target, files: files)).result?["structured_output"]?["status"] == "done")
            #expect(try await stage.shell("git merge-base --is-ancestor refs/cco/target HEAD && sh check.sh && git status --short") == "")
            #expect(try await stage.shell("cat shared.txt list.txt") == "shared lines:\ntask 2\ntask 1\nboth\ntheirs\nmine")
        }
    }

    @Test("spends time in a tool before it works")
    func slow() async throws {
        try await play(plan(.slow(seconds: 0))) { stage, turn in
            let outcome = try await turn(.work(Self.id))
            #expect(try outcome.lines.contains { try $0.text().contains("sleep 0") })
            #expect(try await stage.shell("sh check.sh && git rev-list --count HEAD") == "2")
        }
    }
}

extension CompanyStage {
    /// Puts a commit of somebody else's beside the worker's branch, as the head of the branch that its work goes to.
    fileprivate func land(_ command: String) async throws -> ObjectID {
        let hex = try await shell(
            """
            git worktree add -q --detach ../other "$(git rev-list --max-parents=0 HEAD)" && cd ../other && mkdir -p src && { \(command); } &&
            git add -A && git commit -q -m landed && git update-ref refs/cco/target HEAD && git rev-parse HEAD
            """)
        return try #require(ObjectID(hex))
    }
}

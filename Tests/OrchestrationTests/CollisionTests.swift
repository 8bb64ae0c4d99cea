import Foundation
import Simulation
import Testing

@testable import Orchestration

@Suite("Collisions that are foreseen")
struct CollisionTests {
    private let first: TaskID = ID("task-1")
    private let second: TaskID = ID("task-2")

    /// Two workers whose first turns both change `lib/a.txt`; the second's takes longer, so that it is behind.
    private func scenario(_ review: RunSettings.Review = .em, workers: Int = 2) throws -> Scenario {
        let scenario = try Scenario(.sample(workers: workers).with { $0.review = review })
        scenario.hooks.plan = { _, _ in [.draft("a", paths: ["lib/"]), .draft("b", paths: ["src/"])] }
        scenario.hooks.changes = { task, _ in [task.name == "task-1" ? "lib/one.txt" : "src/two.txt", "lib/a.txt"] }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            return turn.task == ID("task-2") ? 300_000 : turn.task == nil ? 600_000 : 200_000
        }
        try scenario.start()
        return scenario
    }

    private func rounds(_ scenario: Scenario) -> Int {
        scenario.journal.count { if case .effectIntended(_, .forecast) = $0.event { true } else { false } }
    }

    @Test("two open branches that conflict are found, and the one that is behind is warned, not the other")
    func warned() throws {
        let scenario = try scenario()
        try scenario.play { !$0.forecast.collisions.isEmpty }
        let collision = try #require(scenario.run.forecast.collisions.first)
        #expect(scenario.run.forecast.collisions.count == 1)
        #expect(Set([collision.task, collision.other]) == [first, second])
        #expect(collision.files == ChangedFiles(["lib/a.txt"]))
        #expect(scenario.run.warnings(for: first).isEmpty)
        let warning = try #require(scenario.run.warnings(for: second).first)
        #expect(warning.kind == .conflict && warning.other == first && warning.ref == "refs/cco/other/task-1")
        #expect(warning.commit == scenario.run.tasks[first]?.head)
        #expect(warning.words == "task-2 will conflict with task-1 in lib/a.txt")
    }

    @Test("once the other has landed, the worker is warned of the target, and its own landing ends that")
    func landed() throws {
        let scenario = try scenario()
        try scenario.play { run in run.tasks[first]?.state.word == "landed" && run.forecast.collisions.contains { $0.other == nil } }
        #expect(scenario.run.forecast.collisions.map(\.task) == [second])
        let warnings = scenario.run.warnings(for: second)
        #expect(warnings.map(\.kind) == [.target])
        #expect(warnings.first?.commit == scenario.run.base?.head)
        try scenario.play { $0.tasks[second]?.state.word == "landed" }
        #expect(scenario.run.forecast == ConflictForecast())
        try scenario.playOut()
    }

    @Test("a branch that is alone on a target that stands still is not tried at all")
    func alone() throws {
        let scenario = try scenario(workers: 1)
        scenario.hooks.plan = { _, _ in [.draft("a")] }
        try scenario.playOut()
        #expect(rounds(scenario) == 0)
    }

    @Test("a burst of changes makes one round, which tries every pair once")
    func burst() throws {
        let scenario = try Scenario(.sample(workers: 4))
        var orders: [TrialOrder] = []
        scenario.hooks.forecast = { order in
            orders.append(order)
            return nil
        }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            return turn.task == nil ? 600_000 : 60_000
        }
        try scenario.start()
        try scenario.play { !$0.forecast.looks.isEmpty }
        #expect(rounds(scenario) == 1)
        #expect(orders.map(\.pairs.count) == [6])
        #expect(Set(orders[0].pairs.map { Set([$0.task, $0.other]) }).count == 6)
        #expect(scenario.run.forecast.looks.count == 4)
    }

    @Test("a round has a bounded number of pairs, newest branches first, and what is left is tried in the next")
    func bounded() throws {
        let scenario = try Scenario(.sample(workers: 4))
        try scenario.start()
        try scenario.play { $0.tasks.count == 4 && $0.base != nil }
        var run = scenario.run
        let base = run.base?.head
        for number in 5...64 {
            var task = try #require(run.tasks[first])
            task.id = ID("task", number)
            task.state = .submitted
            task.base = base
            task.head = SimulatedGit.object(0xabc000 + number)
            run.tasks[task.id] = task
        }
        var seen: Set<TaskID> = []
        for _ in 0..<20 {
            let order = TrialOrder(run)
            if order.pairs.isEmpty { break }
            #expect(order.pairs.count <= TrialOrder.mostPairs + TrialOrder.mostRivals + 1)
            if seen.isEmpty { #expect(order.subjects.first?.task == ID("task-64")) }
            seen.formUnion(order.subjects.map(\.task))
            run.apply(.collisionsForeseen(order.report([])), at: scenario.now)
        }
        #expect(TrialOrder(run).pairs.isEmpty)
        #expect(seen.count == 60)
    }

    @Test("a branch is tried against those that land first and those that it is known to collide with, however many come after them")
    func rivals() throws {
        let scenario = try Scenario(.sample(workers: 4))
        try scenario.start()
        try scenario.play { $0.tasks.count == 4 && $0.base != nil }
        var run = scenario.run
        for number in 5...64 {
            var task = try #require(run.tasks[first])
            task.id = ID("task", number)
            task.state = number == 5 ? .approved : .submitted
            task.base = run.base?.head
            task.head = SimulatedGit.object(0xabc000 + number)
            run.tasks[task.id] = task
        }
        for _ in 0..<40 where !TrialOrder(run).pairs.isEmpty {
            run.apply(.collisionsForeseen(TrialOrder(run).report([])), at: scenario.now)
        }
        // One of the last, by order of landing, collides with another one of them; then the first of the two changes.
        let known = Collision(
            task: ID("task", 64), other: ID("task", 60), head: SimulatedGit.object(0xabc000 + 64),
            otherHead: SimulatedGit.object(0xabc000 + 60),
            files: ["a"])
        run.apply(.collisionsForeseen(TrialReport(subjects: [], collisions: [known])), at: scenario.now)
        run.tasks[ID("task", 64)]?.head = SimulatedGit.object(0xdef000)
        let pairs = TrialOrder(run).pairs
        let partners = Set(pairs.flatMap { [$0.task, $0.other] }.compactMap(\.self)).subtracting([ID("task", 64)])
        #expect(partners.count == TrialOrder.mostRivals)
        #expect(partners.isSuperset(of: [ID("task", 5), ID("task", 6), ID("task", 60)]))
    }

    @Test("a forecast that fails is given up after a few tries, and no person is called")
    func fails() throws {
        let scenario = try scenario()
        scenario.hooks.effect = { effect, _ in effect == .forecast ? .failed("git is unwell", final: false) : nil }
        try scenario.playOut(within: 10_000)
        #expect(scenario.run.phase == .ended(.complete))
        #expect(!scenario.journal.contains { if case .faulted = $0.event { true } else { false } })
        let failures = scenario.journal.compactMap { if case .collisionsForeseen(let report) = $0.event { report.failure } else { nil } }
        #expect(failures.first == "git is unwell")
    }

    @Test("a round that is under way when the run ends is dropped and holds nothing up")
    func dropped() throws {
        let scenario = try scenario()
        scenario.hooks.duration = { effect, run in
            if effect == .forecast { return 1_000_000_000 }
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            return turn.task == second ? 300_000 : 60_000
        }
        try scenario.play(within: 10_000) { $0.isEnded }
        #expect(scenario.run.phase == .ended(.complete))
        #expect(scenario.journal.contains { if case .effectDropped = $0.event { true } else { false } })
    }

    @Test("a round never begins while a merge is under way")
    func lowPriority() throws {
        let scenario = try scenario(.none)
        scenario.hooks.duration = { effect, run in
            if case .merge = effect { return 400_000 }
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            return turn.task == second ? 70_000 : 60_000
        }
        var run = scenario.run
        try scenario.play(within: 10_000) { $0.isEnded }
        var seen = 0
        run = Run(id: run.id, settings: run.settings, seed: run.seed, at: scenario.journal[0].time)
        for record in scenario.journal {
            run.apply(record.event, at: record.time)
            guard case .effectIntended(_, .forecast) = record.event else { continue }
            seen += 1
            #expect(!run.effects.values.contains { if case .merge = $0.effect { true } else { false } })
        }
        #expect(seen > 0)
    }

    @Test("a task that starts is warned of open work that has changed what it claims")
    func claims() throws {
        let scenario = try scenario()
        scenario.hooks.changes = { task, _ in task.name == "task-1" ? ["src/b.txt", "lib/one.txt"] : nil }
        try scenario.play { $0.tasks[first]?.changes != nil }
        let warnings = scenario.run.warnings(for: second)
        #expect(warnings.map(\.kind) == [.claim])
        #expect(warnings.first?.files.paths == ["src/b.txt"])
        #expect(warnings.first?.words == "task-1 has changed what task-2 claims: src/b.txt")
    }

    @Test("a worker that is at work is told at once when others' work comes home with what its task claims, and no second time")
    func claimsMidTurn() throws {
        let scenario = try scenario()
        // The first is sent back once, and hands in again while the second is still at its first turn.
        scenario.hooks.turn = { turn, run in
            guard case .review(let tasks) = turn.brief else { return nil }
            let isFirst = run.tasks[first]?.reworks == 0
            let decisions = tasks.map { ReviewReport.Decision(task: $0.name, verdict: isFirst ? .rework : .approve, instructions: "more") }
            return .manager(ReviewReport(decisions: decisions))
        }
        scenario.hooks.duration = { effect, run in
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            return turn.task == second ? 1_000_000 : 100_000
        }
        scenario.hooks.changes = { task, _ in task.name == "task-1" ? ["src/b.txt", "lib/one.txt"] : nil }
        try scenario.play { $0.tasks[first]?.changes != nil }
        let hint = try #require(scenario.run.messages.values.first)
        #expect(scenario.run.messages.count == 1)
        #expect(hint.turn == scenario.run.agents[try #require(scenario.run.tasks[second]?.worker)]?.activeTurn)
        #expect(!hint.interrupts && hint.sender == .cco && hint.hint == "task-1 has changed what task-2 claims: src/b.txt")
        let commit = try #require(scenario.run.tasks[first]?.head)
        let words = "- task-1 (Do a) has changed what your task claims: src/b.txt. Its commit is `\(commit)`."
        #expect(hint.text.contains(words), "\(hint.text)")
        #expect(!hint.text.contains("lib/one.txt"))
        // It is known by now: the next change of the same files says nothing new, also when the hint has been read.
        let turn = try #require(hint.turn)
        try scenario.feed(.messageReceived(turn, uuid: hint.uuid, .delivered))
        try scenario.play { $0.tasks[first]?.state.word == "landed" }
        #expect(scenario.run.tasks[first]?.reworks == 1 && scenario.run.turns[turn] != nil)
        #expect(hints(scenario) == [hint])
    }

    @Test("a worker at work is told of what its branch newly collides with, once, and one whose turn has ended is not")
    func conflictMidTurn() throws {
        let scenario = try scenario()
        // The second comes back with changes to make; while it makes them, the first lands.
        scenario.hooks.turn = { [first, second] turn, run in
            guard case .review(let tasks) = turn.brief, tasks.contains(second), run.tasks[second]?.reworks == 0 else { return nil }
            let decisions = tasks.map {
                ReviewReport.Decision(task: $0.name, verdict: $0 == first ? .approve : .rework, instructions: "more")
            }
            return .manager(ReviewReport(decisions: decisions))
        }
        scenario.hooks.duration = { [second] effect, run in
            if case .gate = effect { return 400_000 }
            guard case .runTurn(let id) = effect, let turn = run.turns[id] else { return 1000 }
            guard turn.task == second else { return turn.task == nil ? 150_000 : 200_000 }
            return turn.resumes ? 900_000 : 300_000
        }
        try scenario.play { $0.tasks[first]?.state.word == "landed" && !$0.messages.isEmpty }
        let hint = try #require(scenario.run.messages.values.first)
        let turn = try #require(hint.turn)
        #expect(scenario.run.turns[turn]?.task == second)
        #expect(hint.hint == "task-2 no longer merges with its target: lib/a.txt")
        let head = try #require(scenario.run.base?.head)
        #expect(hint.text.contains("`main` has moved on to `\(head)`"), "\(hint.text)")
        #expect(hint.text.contains("run `git merge --no-edit \(head)`"), "\(hint.text)")
        // Nobody was in a turn when the two branches were found to collide with each other.
        #expect(hints(scenario) == [hint])
        try scenario.playOut()
    }

    @Test("a hint that cannot be told stops nobody, and does not keep a call that fails again and again from being told of")
    func hintUnheard() throws {
        let scenario = try scenario()
        scenario.hooks.changes = { task, _ in task.name == "task-1" ? ["src/b.txt", "lib/one.txt"] : nil }
        scenario.hooks.effect = { effect, _ in if case .say = effect { .said(failure: "the agent takes no more messages") } else { nil } }
        try scenario.play { !$0.messages.isEmpty }
        let hint = try #require(scenario.run.messages.values.first)
        let turn = try #require(hint.turn)
        let events = try scenario.feed(.turnStuck(turn, .failingTool(name: "Edit", times: 8)))
        #expect(events.contains(.turnNudged(turn, .message)))
        try scenario.play { $0.messages[hint.id] == nil }
        let last = try #require(scenario.journal.last { if case .messageUndelivered(hint.id, _) = $0.event { true } else { false } })
        let stops = scenario.journal.filter { $0.event == .turnStopRequested(turn, .stuck) && $0.time <= last.time }
        #expect(stops.isEmpty)
    }

    private func hints(_ scenario: Scenario) -> [Message] {
        scenario.journal.compactMap { if case .messageAddressed(let message) = $0.event, message.hint != nil { message } else { nil } }
    }

    @Test("files that several tasks changed or that conflicted are hot, with their counts, the worst first")
    func hot() throws {
        let scenario = try scenario()
        var isFirst = true
        scenario.hooks.merge = { candidate, run in
            guard candidate.kind == .task(second), isFirst, let onto = run.tip(of: candidate.target) else { return nil }
            isFirst = false
            return .conflict(onto: onto, files: [ConflictExcerpt(path: "lib/a.txt", kind: "content", hunks: "")])
        }
        try scenario.play { $0.tasks[second]?.conflicts == 1 }
        #expect(scenario.run.hotFiles(limit: 5) == [HotFile(path: "lib/a.txt", landed: 1, conflicts: 1, open: [second])])
        #expect(scenario.run.hotFiles(limit: 5).first?.words == "2 tasks (task-2 under way), 1 conflict")
        #expect(RunStatus(run: scenario.run, at: scenario.now).hotFiles?.first?.path == "lib/a.txt")
        try scenario.playOut()
        #expect(scenario.run.hotFiles(limit: 5) == [HotFile(path: "lib/a.txt", landed: 2, conflicts: 1, open: [])])
        #expect(scenario.run.tasks.values.allSatisfy { $0.changes == nil })
    }

    @Test("what is remembered of files is bounded, and the coldest are forgotten")
    func heat() throws {
        var heat = FileHeat()
        for round in 0..<200 {
            heat.noteLanding(ChangedFiles((0..<64).map { "src/\(round)/\($0)" } + ["never"]))
            heat.noteLanding(ChangedFiles(["hot.txt"]))
        }
        heat.noteConflict([ConflictExcerpt(path: "conflict.txt", kind: "content", hunks: "")])
        #expect(heat.counts.count <= FileHeat.most)
        #expect(heat.counts["hot.txt"]?.landed == 200)
        #expect(heat.counts["conflict.txt"]?.conflicts == 1)
        let packed = heat.packed()
        #expect(try FileHeat(packed: packed[...]) == heat)
        let allDamaged: [ArraySlice<UInt8>] = [packed.dropLast(), packed + [0], [2, 4], []]
        for damaged in allDamaged {
            #expect(throws: PackedTasks.Damaged.self) { try FileHeat(packed: damaged) }
        }
        #expect(ChangedFiles((0..<100).map { "f\($0)" }).paths.count == ChangedFiles.most)
        #expect(ChangedFiles((0..<100).map { "f\($0)" }).total == 100)
        #expect(ChangedFiles(["a", String(repeating: "x", count: 5000), "b\nc"]).paths == ["a"])
        #expect(ChangedFiles(["b\nc"]).words(naming: 3) == "1 file")
        #expect(ChangedFiles(["a", "b", "c", "d"]).words(naming: 2) == "a, b and 2 more")
    }
}

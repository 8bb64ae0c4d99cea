import Simulation
import Testing

@testable import Orchestration

@Suite("The register of tasks")
struct TaskRegisterTests {
    /// What the register keeps ready, looked for in all tasks.
    private struct Naive {
        var tasks: [TeamTask]

        func ready(for worker: AgentID, of team: TeamID) -> TeamTask? {
            let states = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0.state) })
            return tasks.filter { task in
                task.team == team && task.state == .waiting && task.dependsOn.allSatisfy { states[$0]?.satisfiesDependents ?? true }
            }.min { left, right in
                (left.isRepair ? 0 : 1, left.formerWorkers.contains(worker) ? 1 : 0, left.id)
                    < (right.isRepair ? 0 : 1, right.formerWorkers.contains(worker) ? 1 : 0, right.id)
            }
        }
    }

    private static let teams: [TeamID] = [ID("team-1"), ID("team-2")]
    private static let workers: [AgentID] = (1...3).map { ID("worker", $0) }

    private func task(_ number: Int, _ random: inout some RandomNumberGenerator) -> TeamTask {
        // Some wait for tasks that come later or never.
        let others = (0..<Int.random(in: 0...2, using: &random)).map { _ in Int.random(in: 1...170, using: &random) }
        return TeamTask(
            id: ID("task", number), team: Self.teams.randomElement(using: &random) ?? ID("team-1"), title: "t", description: "d",
            acceptance: "a", paths: ["p"], dependsOn: others.filter { $0 != number }.map { ID("task", $0) },
            isRepair: Int.random(in: 0..<20, using: &random) == 0, createdAt: .begin)
    }

    private func change(_ task: inout TeamTask, _ random: inout some RandomNumberGenerator) {
        let commit = ObjectID(String(repeating: "a", count: 40))
        let states: [TeamTask.State] = [
            .waiting, .waiting, .assigned, .submitted, .approved, .landed(commit!), .unneeded, .dropped("x"), .failed("x"),
        ]
        task.state = states.randomElement(using: &random) ?? .waiting
        task.worker = [.assigned, .submitted, .approved].contains(task.state) ? Self.workers.randomElement(using: &random) : nil
        if task.state == .waiting, Bool.random(using: &random) { task.formerWorkers.append(Self.workers[0]) }
        task.next = task.state == .assigned ? Pending(.work(task.id), notBefore: Timestamp(milliseconds: Int64(task.attempts))) : nil
        let holder = Hold(by: ID("task-1"), path: "p", since: Timestamp(milliseconds: Int64(task.attempts)))
        task.held = task.state == .waiting && Bool.random(using: &random) ? holder : nil
        task.head = Bool.random(using: &random) ? commit : nil
        task.quick = nil
        if task.state == .submitted, Bool.random(using: &random) {
            task.quick = QuickCheck(commit: commit!, tree: commit!, skipsReview: false, since: .begin)
            if Bool.random(using: &random) { task.quick?.verdict = .skipped }
        }
        task.attempts += 1
    }

    private func expectAgreement(_ register: TaskRegister, _ naive: Naive) {
        let open = naive.tasks.filter { !$0.state.isSettled }
        for team in Self.teams {
            #expect(register.open(in: team).map(\.id) == open.filter { $0.team == team }.map(\.id))
            #expect(register.hasOpen(team) == open.contains { $0.team == team })
            #expect(
                register.submitted(of: team) == open.filter { $0.team == team && $0.state == .submitted && !$0.awaitsQuickCheck }.map(\.id))
            #expect(register.repairs(of: team).map(\.id) == naive.tasks.filter { $0.team == team && $0.isRepair }.map(\.id))
            for worker in Self.workers { #expect(register.ready(for: worker, of: team)?.id == naive.ready(for: worker, of: team)?.id) }
            #expect(register.hasReady(team) == (naive.ready(for: Self.workers[0], of: team) != nil))
        }
        for worker in Self.workers {
            let own = open.filter { $0.worker == worker }
            #expect(register.open(of: worker).map(\.id) == own.map(\.id))
            #expect(register.assigned(to: worker) == own.filter { $0.state == .assigned })
            #expect(register.hasAssigned(worker) == own.contains { $0.state == .assigned && !$0.awaitsAnswer })
            #expect(register.holdingFiles(of: [worker]) == own.filter { $0.holdsFiles && !$0.isRepair })
            for most in 0...3 {
                let isFree = !own.contains { $0.state == .assigned && !$0.awaitsAnswer } && own.count { !$0.awaitsAnswer } <= most
                #expect(register.isFree(worker, having: most) == isFree)
            }
        }
        #expect(register.unchecked == open.filter(\.awaitsQuickCheck))
        #expect(register.underWay == open.filter { $0.worker != nil })
        #expect(register.withOpenBranch == open.filter { $0.head != nil && $0.head != $0.base })
        #expect(register.held.sorted() == open.compactMap { $0.held?.since }.sorted())
        #expect(register.pauses.sorted() == open.compactMap { $0.next?.notBefore }.sorted())
        let last = naive.tasks[naive.tasks.count - 1].id
        #expect(register.dependents(of: last).map(\.id) == naive.tasks.filter { $0.dependsOn.contains(last) }.map(\.id))
        #expect(register.values.map(\.self) == naive.tasks)
    }

    @Test("it answers as a look at every task would, whatever happens to them", arguments: 1...6 as ClosedRange<UInt64>)
    func agreement(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var register = TaskRegister()
        var naive = Naive(tasks: [])
        for step in 0..<400 {
            if naive.tasks.isEmpty || (naive.tasks.count < 150 && Bool.random(using: &random)) {
                naive.tasks.append(task(naive.tasks.count + 1, &random))
                register[naive.tasks[naive.tasks.count - 1].id] = naive.tasks[naive.tasks.count - 1]
            } else {
                let index = Int.random(in: naive.tasks.indices, using: &random)
                change(&naive.tasks[index], &random)
                let task = naive.tasks[index]
                if step.isMultiple(of: 2) { register[task.id] = task } else { register.change(task.id) { $0 = task } }
            }
            if step % 7 == 0 { expectAgreement(register, naive) }
        }
        expectAgreement(register, naive)
        #expect(register == TaskRegister(naive.tasks))
    }

    @Test("a change in a copy stays in the copy, however many there are", arguments: [70, 1_024, 1_025, 2_048, 2_999])
    func copies(place: Int) {
        var random = SeededRandom(seed: 1)
        let tasks = (1...3_000).map { task($0, &random) }
        let original = TaskRegister(tasks)
        #expect(original.count == 3_000 && original.values.map(\.self) == tasks)
        let id: TaskID = ID("task", place)
        var copy = original
        copy[id]?.state = .assigned
        #expect(original[id]?.state == .waiting)
        #expect(copy[id]?.state == .assigned)
        #expect(copy.values.count { $0.state == .assigned } == 1)
        #expect(original != copy)
        copy[id]?.state = .waiting
        #expect(original == copy)
    }

    @Test("names that are no number are found as well")
    func names() {
        var register = TaskRegister()
        for name in ["task-2", "task-1", "task-01", "other", "task-"] {
            register[ID(name)] = TeamTask(
                id: ID(name), team: Self.teams[0], title: name, description: "", acceptance: "", paths: [], dependsOn: [], createdAt: .begin
            )
        }
        for name in ["task-2", "task-1", "task-01", "other", "task-"] { #expect(register[ID(name)]?.title == name) }
        #expect(register.count == 5 && register[ID("task-3")] == nil)
        register[ID("task-1")] = nil
        #expect(register.keys.map(\.name) == ["task-2", "task-01", "other", "task-"] && register[ID("task-1")] == nil)
    }
}

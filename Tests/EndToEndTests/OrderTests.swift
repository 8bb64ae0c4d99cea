import Engine
import Foundation
import JSON
import Journal
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

/// What a person orders of a run that goes on, and what has become of it at the end.
@Suite("Orders to a run", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct OrderTests {
    /// The last task is one that nobody has planned yet.
    private static let plan: CompanyPlan = {
        var plan = CompanyPlan.synthetic(tasks: 5)
        plan.goals[0].later = [plan.goals[0].tasks.removeLast()]
        return plan
    }()

    @Test(
        "tasks are added, prioritised, cancelled and begun anew, and an agent is restarted: each order is kept with who gave it, is given twice without harm, and shows in the end",
        .timeLimit(.minutes(5)))
    func orders() async throws {
        let (company, witness) = (CompanyScript(Self.plan), Witness())
        let held = Mutex<String?>(nil)
        let script = WatchedScript(
            witness.watching(
                ClosureScript { request in
                    let isHeld = held.withLock { held in
                        if held == nil, request.isWorkers { held = request.conversation }
                        return held == request.conversation
                    }
                    return isHeld ? .message(.call("Bash", ["command": "sleep 600"])) : await company.reply(to: request)
                })
        ) { $0.isWorkers }
        try await CompanyFixture.with(Self.plan, script: script, options: ["workerCount": 1]) { fixture in
            let run = try await fixture.begin(["start"])
            await script.seen()
            let before = try await tasks(fixture)
            let (worker, first) = try #require(before.lazy.compactMap { task in task.worker.map { ($0, task) } }.first)
            let waiting = before.filter { $0.id != first.id }
            try #require(waiting.count == 3)
            let orders: [[String]] = [
                ["task", "add", "Write file 5", "--acceptance", "sh check.sh is green.", "--path", "src/task5.txt"],
                ["task", "prioritise", waiting[2].id], ["task", "cancel", waiting[0].id, "--reason", "not now"],
                ["task", "retry", waiting[0].id], ["agent", "restart", worker],
            ]
            var answers: [String] = []
            // All of them, and then all of them again: the task that was cancelled is begun anew by then, and stays so.
            for round in 1...2 {
                for (number, order) in orders.enumerated() {
                    let result = try await fixture.cco(order + ["--as", "Ada", "--request-id", "order-\(number)"])
                    #expect(result.exit == .exited(0), "\(order): \(result.outputText)\(result.errorText)")
                    if round == 1 { answers.append(result.outputText) }
                    #expect(result.outputText == answers[number], "\(order) was taken for another one")
                }
            }
            let (exit, output) = try await run.ended()
            #expect(exit == .exited(0), "\(output)")
            try await fixture.expectSound(gate: Self.plan.verifyCommand)
            try await fixture.expectHonestLedger(disturbedBy: .kill)

            let taken = try fixture.ordersTaken()
            #expect(taken.map(\.id) == orders.indices.map { "order-\($0)" } && taken.allSatisfy { $0.by == "Ada" }, "\(taken)")
            let times = try fixture.journalTimes()
            #expect(times == times.sorted())
            let after = try await tasks(fixture)
            #expect(after.count == 5 && after.allSatisfy { $0.state == "landed" }, "\(after)")
            let added = after.filter { $0.addedBy != nil }
            #expect(added.map(\.addedBy) == ["Ada"] && added.map(\.title) == ["Write file 5"])
            #expect(try await fixture.files().isSuperset(of: (1...5).map { "src/task\($0).txt" }))
            #expect(output.contains("cancelled by Ada: not now"), "\(output)")
            let begun = witness.begun(Self.plan.tasks.map(\.title) + ["Write file 5"])
            #expect(begun.count(where: { $0 == first.title }) == 2, "the restarted task was begun \(begun)")
            #expect(begun.count == 6, "something was begun anew that nobody wanted: \(begun)")
            let (preferred, other) = (begun.firstIndex(of: waiting[2].title), begun.firstIndex(of: waiting[1].title))
            #expect(try #require(preferred) < (try #require(other)), "\(begun)")
        }
    }

    private func tasks(_ fixture: CompanyFixture) async throws -> [RunStatus.TaskStatus] {
        let result = try await fixture.cco(["task", "list", "--json"])
        return try JSONDecoder().decode([RunStatus.TaskStatus].self, from: Data(result.outputText.utf8))
    }
}

extension Witness {
    /// The tasks for which workers' conversations began, in order, by those of these titles that their prompts name.
    fileprivate func begun(_ titles: [String]) -> [String] {
        var conversations: Set<String> = []
        return sights.filter { $0.isWorkers && conversations.insert($0.conversation).inserted }.map { sight in
            titles.first { sight.firstPrompt.contains($0) } ?? "?"
        }
    }
}

extension CompanyFixture {
    /// The orders that the current run has taken, in order. Only while no engine is at work.
    func ordersTaken() throws -> [Order] {
        guard let folder = try Workspace(path: config + "/workspace").currentRun() else { return [] }
        let journal = try Journal(existingIn: folder.path)
        var orders: [Order] = []
        _ = try journal.forEach(after: 0) { entry in
            if case .orderTaken(let order, _) = try EventRecord.decode(entry.record.body) { orders.append(order) }
        }
        try journal.close()
        return orders
    }
}

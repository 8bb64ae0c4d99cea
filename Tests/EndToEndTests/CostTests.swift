import Foundation
import JSON
import Orchestration
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("What a run costs", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct CostTests {
    private func report(_ fixture: CompanyFixture) async throws -> CostReport {
        try JSONDecoder().decode(CostReport.self, from: Data(try await fixture.cco(["report", "--cost", "--json"]).standardOutput))
    }

    /// Tokens by kind.
    private func books(_ tokens: RunStatus.Tokens) -> [Int] { [tokens.input, tokens.cacheWrite, tokens.cacheRead, tokens.output] }

    private func books(_ requests: [RecordedRequest]) -> [Int] {
        let usages = requests.compactMap { $0.status == 200 ? $0.usage : nil }
        return [\.input, \.cacheCreation, \.cacheRead, \.output].map { (kind: KeyPath<TestSupport.TokenUsage, Int>) in
            usages.reduce(0) { $0 + $1[keyPath: kind] }
        }
    }

    @Test(
        "the cost report of a live run and of an ended one is what the model's side has counted, also after kill -9 and with several keys")
    func reconciles() async throws {
        let plan = CompanyPlan.synthetic(tasks: 8, teams: 2, rates: .init(conflictsEvery: 2, redGatesEvery: 5, reworksEvery: 3))
        let other = "sk-ant-test-number-2-0000000000"
        let keys: [[String: JSONValue]] = [
            ["name": "small", "apiKey": .string(CompanyFixture.key), "maxBudgetUsd": .number(0.15)],
            ["name": "large", "apiKey": .string(other)],
        ]
        let gate = Latch()
        let company = CompanyScript(plan)
        let script = WatchedScript(
            ClosureScript { request in
                if request.isWorkers, request.firstUserText?.contains(plan.tasks[5].title) == true { await gate.wait() }
                return await company.reply(to: request)
            }
        ) { $0.isWorkers && $0.firstUserText?.contains(plan.tasks[5].title) == true }
        try await CompanyFixture.with(
            plan, script: script, options: ["workerCount": 4, "engineerManagerGroupSize": 2], keys: keys
        ) { fixture in
            let run = try await fixture.begin(["start"])
            await script.seen()
            let live = try await report(fixture)
            #expect(!live.hasEnded && live.total.tokens.total > 0)
            try await run.kill()
            let standing = try await report(fixture)
            #expect(standing.total.tokens.total >= live.total.tokens.total)
            await gate.open()
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            let cost = try await report(fixture)
            #expect(cost.hasEnded)
            // Agents outlive the kill, so nothing is missing: token by token, and to the cent that the CLI has named.
            let requests = await fixture.api.requests
            #expect(books(cost.total.tokens) == books(requests))
            let turns = try fixture.endedTurns()
            let named = turns.compactMap(\.outcome.account.turnCostUsd).reduce(0, +)
            #expect(abs(cost.total.costUsd - named) < 1e-9)
            for (name, key) in [("small", CompanyFixture.key), ("large", other)] {
                let line = try #require(cost.byCredential.first { $0.name == name })
                #expect(books(line.tokens) == books(requests.filter { $0.credential?.secret == key }), "\(name)")
            }
            for part in [cost.byRole, cost.byPurpose, cost.byTeam, cost.byAgent, cost.byModel, cost.byCredential] {
                #expect(part.reduce(0) { $0 + $1.tokens.total } == cost.total.tokens.total)
                #expect(abs(part.reduce(0) { $0 + $1.costUsd } - cost.total.costUsd) < 1e-9)
            }
            #expect(Set(cost.byPurpose.map(\.name)).isSuperset(of: ["plan", "work", "review", "rework", "coordinate"]))
            let rows = try await fixture.cco(["report", "--cost", "--csv"]).outputText.split(whereSeparator: \.isNewline)
            let total = try #require(rows.first { $0.hasPrefix("total,") }).split(separator: ",", omittingEmptySubsequences: false)
            #expect(total.suffix(4).compactMap { Int($0) } == books(requests))
            try await expect(requestRows(fixture), toBe: cost, requests, on: [("small", CompanyFixture.key), ("large", other)])
            let csv = try await fixture.cco(["report", "--cost", "--requests", "--csv"]).outputText
            #expect(csv.filter(\.isNewline).allSatisfy { $0 == "\r\n" }, "every line ends as RFC 4180 says")
            let table = csv.split(whereSeparator: \.isNewline)
            #expect(table.first?.hasPrefix("time,turn,agent,") == true)
            let text = try await fixture.cco(["report", "--cost"]).outputText
            #expect(text.contains("coordination") && text.contains("rework") && text.contains("conflicts"))
            try await fixture.expectHonestLedger()
            try await fixture.expectSound(gate: plan.verifyCommand)
        }
    }

    /// Every answer of the model's side is a row of its session and key, to the token; what is no row of its own is the CLI's housekeeping; all of
    /// them are the books.
    private func expect(
        _ rows: [RequestRow], toBe cost: CostReport, _ requests: [RecordedRequest], on keys: [(name: String, key: String)]
    ) {
        let named = Dictionary(grouping: rows.filter { $0.request != nil }) { $0.request ?? "" }
        #expect(named.values.allSatisfy { $0.count == 1 }, "a request is listed twice")
        let answered = requests.filter { $0.message != nil && !$0.isSideRequest }
        #expect(Set(named.keys) == Set(answered.compactMap(\.message)))
        for answer in answered {
            guard let row = named[answer.message ?? ""]?.first else { continue }
            #expect(books(row.tokens) == books([answer]) && row.session == answer.conversation, "\(row)")
            #expect(keys.first { $0.name == row.credential }?.key == answer.credential?.secret, "\(row)")
        }
        func sum(_ rows: [RequestRow]) -> [Int] { rows.map { books($0.tokens) }.reduce([0, 0, 0, 0]) { zip($0, $1).map(+) } }
        #expect(sum(rows) == books(cost.total.tokens) && sum(rows) == books(requests))
        #expect(abs(rows.reduce(0) { $0 + $1.costUsd } - cost.total.costUsd) < 1e-9)
        let parts: [([CostReport.Line], (RequestRow) -> String)] = [
            (cost.byPurpose, \.purpose), (cost.byCredential, \.credential), (cost.byAgent, \.agent), (cost.byModel, \.model),
        ]
        for (lines, name) in parts {
            for line in lines { #expect(sum(rows.filter { name($0) == line.name }) == books(line.tokens), "\(line.name)") }
        }
    }

    private func requestRows(_ fixture: CompanyFixture) async throws -> [RequestRow] {
        let listed = try await fixture.cco(["report", "--cost", "--requests", "--json"])
        return try JSONDecoder().decode([RequestRow].self, from: Data(listed.standardOutput))
    }

    @Test("each request is a row once, also of a turn whose engine was killed in its midst, and of a session that went on with another key")
    func rows() async throws {
        let plan = CompanyPlan.synthetic(tasks: 4)
        let keys = [(name: "first", key: CompanyFixture.key), (name: "second", key: "sk-ant-test-number-2-0000000000")]
        let gate = Latch()
        let company = CompanyScript(plan)
        @Sendable func isLate(_ request: ModelRequest) -> Bool {
            request.isWorkers && request.assistantTurnsSinceLastUserPrompt > 0
                && request.firstUserText?.contains(plan.tasks[3].title) == true
        }
        let script = WatchedScript(
            ClosureScript { request in
                if isLate(request) { await gate.wait() }
                // The first key has no credit in the midst of a worker's turn.
                let isSpent = request.credential?.secret == keys[0].key && request.isWorkers
                if isSpent, request.assistantTurnsSinceLastUserPrompt > 0 { return .fault(.creditTooLow) }
                return await company.reply(to: request)
            }, awaiting: isLate)
        let entries: [[String: JSONValue]] = keys.map { ["name": .string($0.name), "apiKey": .string($0.key)] }
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 2], keys: entries) { fixture in
            let run = try await fixture.begin(["start"])
            await script.seen()
            try await run.kill()
            await gate.open()
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            let rows = try await requestRows(fixture)
            try await expect(rows, toBe: report(fixture), fixture.api.requests, on: keys)
            let moved = Dictionary(grouping: rows, by: \.session).values.filter { Set($0.map(\.credential)).count > 1 }
            #expect(!moved.isEmpty, "no session has moved to another key")
            try await fixture.expectHonestLedger()
            try await fixture.expectSound(gate: plan.verifyCommand)
        }
    }

    @Test("a task's size chooses the model that is asked, and a stronger one is asked only when others have failed")
    func models() async throws {
        var sized = CompanyPlan.synthetic(tasks: 3)
        sized.goals[0].tasks[0].size = "small"
        sized.goals[0].tasks[1].size = "large"
        let plan = sized
        let company = CompanyScript(plan)
        let script = ClosureScript { request in
            // The third task's first worker never reports, whatever it is told.
            let text = request.firstUserText ?? ""
            guard request.isWorkers, text.contains(plan.tasks[2].title), !text.contains("This is attempt 2") else {
                return await company.reply(to: request)
            }
            return ModelReply(.message([.text("All done.")]))
        }
        let options: [String: JSONValue] = [
            "workerCount": 2, "model": "sonnet", "taskSizes": ["small": ["model": "haiku"]],
            "escalation": ["worker": ["model": "opus"]],
        ]
        try await CompanyFixture.with(plan, script: script, options: options) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let turns = try fixture.endedTurns()
            let requests = await fixture.api.requests.filter { !$0.isSideRequest }
            func asked(_ chosen: (Turn) -> Bool) -> Set<String> {
                let sessions = Set(turns.map(\.turn).filter(chosen).map(\.session))
                let families = ["haiku", "sonnet", "opus"]
                return Set(
                    requests.filter { sessions.contains($0.conversation) }.map { request in
                        families.first { request.model.contains($0) } ?? request.model
                    })
            }
            let tasks = try await Self.tasks(of: fixture)
            func id(_ number: Int) -> String { tasks[plan.tasks[number].title] ?? "" }
            #expect(asked { $0.task?.name == id(0) } == ["haiku"])
            #expect(asked { $0.task?.name == id(1) } == ["sonnet"])
            let third = turns.map(\.turn).filter { $0.task?.name == id(2) }
            #expect(third.contains { $0.isEscalated == true } && third.first?.isEscalated != true)
            #expect(asked { $0.task?.name == id(2) && $0.isEscalated != true } == ["sonnet"], "before anybody has failed")
            #expect(asked { $0.task?.name == id(2) && $0.isEscalated == true } == ["opus"])
            #expect(asked { $0.task == nil } == ["sonnet"])
        }
    }

    private static func tasks(of fixture: CompanyFixture) async throws -> [String: String] {
        let status = try JSONDecoder().decode(RunStatus.self, from: Data(try await fixture.cco(["status", "--json"]).standardOutput))
        return Dictionary(status.tasks.map { ($0.title, $0.id) }, uniquingKeysWith: { first, _ in first })
    }

    @Test("a reviewer is shown a bounded part of a huge change, and can read the rest")
    func hugeDiff() async throws {
        var huge = CompanyPlan.synthetic(tasks: 1)
        huge.goals[0].tasks[0].steps.insert(.run("seq 1 400000 > src-huge.txt"), at: 0)
        let plan = huge
        let company = CompanyScript(plan)
        let shown = Mutex<(characters: Int, rest: String)>((0, ""))
        let script = ClosureScript { request in
            guard let prompt = request.lastUserText, prompt.contains("Return one decision for each of:") else {
                return await company.reply(to: request)
            }
            let marker = "The whole of it is in "
            guard let place = prompt.ranges(of: marker).last else { return await company.reply(to: request) }
            let path = String(prompt[place.upperBound...].prefix { !$0.isNewline })
            if request.assistantTurnsSinceLastUserPrompt == 0 {
                shown.withLock { $0.characters = prompt.count }
                return .message(.call("Read", ["file_path": .string(path), "offset": 300_000, "limit": 5]))
            }
            shown.withLock { $0.rest = request.toolResults.map(\.text).joined() }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script, options: ["workerCount": 1]) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let seen = shown.withLock { $0 }
            #expect((10_000..<70_000).contains(seen.characters), "\(seen.characters) characters")
            #expect(seen.rest.contains("+2999") || seen.rest.contains("+3000"), "the rest cannot be read: \(seen.rest.prefix(400))")
        }
    }
}

import Engine
import Foundation
import Journal
import Observability
import Orchestration
import Testing

@testable import TestSupport

/// Compares a run's books with those of the scripted Messages API, session by session: tokens by kind, and their price.
///
/// A session all of whose turns gave their account has to agree exactly. In one with a turn that was killed or stopped, an answer may have been
/// sent that the CLI did not come to write down. Which those can be is known on the API's side: the CLI has written down what the session, gone on
/// with, still holds. Anything else may be missing, wholly or in part; nothing more may be missing, and nothing may be there twice.
struct LedgerAudit: Sendable {
    /// What does not agree, in words.
    var differences: [String] = []
    /// Answers that nobody can say were read.
    var unknowable = 0
    /// Answers in all.
    var answers = 0

    /// What may have kept an agent's CLI from saying all.
    enum Disturbance: Sendable {
        case none
        /// What a request took in the end stands only in the conversation that the CLI writes down a moment later: without it the request's row has
        /// less, and the row for the rest of the turn has what is missing.
        case kill
        /// The same, and nobody can say which lines of its output a CLI could write that gave no account.
        case fullDisk
    }

    private let disturbance: Disturbance

    init(of fixture: CompanyFixture, disturbedBy disturbance: Disturbance = .none) async throws {
        self.disturbance = disturbance
        let turns = try fixture.endedTurns()
        let requests = await fixture.api.requests
        let sessions = Set(turns.map(\.turn.session))
        for session in sessions.sorted() {
            compare(session, turns.filter { $0.turn.session == session }, requests.filter { $0.conversation == session })
        }
        let strangers = Set(requests.map(\.conversation)).subtracting(sessions)
        if !strangers.isEmpty { differences.append("the model was asked in \(strangers), of which the journal knows nothing") }
        compareRows(turns, requests)
        let report = try await fixture.report().spending
        let costs = turns.reduce(0) { $0 + ($1.outcome.account.turnCostUsd ?? 0) }
        let parts = [
            ("the ledger's total", report.total.costUsd), ("its purposes", report.byPurpose.reduce(0) { $0 + $1.costUsd }),
            ("its teams", report.byTeam.reduce(0) { $0 + $1.costUsd }),
            ("its credentials", report.byCredential.reduce(0) { $0 + $1.costUsd }),
        ]
        for turn in turns {
            let (account, shares) = (turn.outcome.account, turn.outcome.account.models ?? [])
            let tokens = shares.reduce(Orchestration.TokenUsage()) { $0 + $1.usage }
            let cost = shares.reduce(0) { $0 + ($1.costUsd ?? 0) }
            guard tokens != account.usage || abs(cost - (account.turnCostUsd ?? 0)) > 1e-9 else { continue }
            differences.append("the models of \(turn.turn.id) come to \(tokens) and \(cost), the turn to \(account)")
        }
        for (name, sum) in parts where abs(sum - costs) > 1e-7 { differences.append("\(name) come to \(sum), the turns to \(costs)") }
    }

    /// Every row of a request is an answer of the model's side, of that session and of one key for a turn, and is there once; every answer of a
    /// session that gave its account is a row; and the rows of a turn come to its account.
    private mutating func compareRows(_ turns: [EndedTurn], _ requests: [RecordedRequest]) {
        let named = requests.compactMap { request in request.message.map { ($0, request) } }
        let answers = Dictionary(named, uniquingKeysWith: { _, last in last })
        var listed: Set<String> = []
        for turn in turns {
            let account = turn.outcome.account
            let rows = RequestRow.rows(of: turn.turn, account, costUsd: account.turnCostUsd ?? 0, at: Timestamp(milliseconds: 0))
            let cost = rows.reduce(0) { $0 + $1.costUsd } - (account.turnCostUsd ?? 0)
            let sum = Books(rows.map(\.tokens)), whole = Books([RunStatus.Tokens(account.usage)])
            if sum != whole || abs(cost) > 1e-9 {
                differences.append("the rows of \(turn.turn.id) come to \(sum), not \(whole), and are off by $\(cost)")
            }
            var keys: Set<String> = []
            for row in rows {
                guard let id = row.request else { continue }
                guard let answer = answers[id], answer.conversation == row.session, listed.insert(id).inserted else {
                    differences.append("\(turn.turn.id) has the request \(id) a second time, or nobody answered it in that session")
                    continue
                }
                keys.insert(answer.credential?.secret ?? "")
                guard !answer.isCut, account.modelTurns > 0, let usage = answer.usage else { continue }
                let told = Books([usage]), own = Books([row.tokens])
                let isRight = disturbance == .none ? own == told : own.isBetween(Books(), told)
                if !isRight { differences.append("\(turn.turn.id) has \(own) for the request \(id), which took \(told)") }
            }
            if keys.count > 1 { differences.append("\(turn.turn.id) was answered on \(keys.count) keys") }
        }
        let unaccounted = Set(turns.filter { $0.outcome.account.modelTurns == 0 }.map(\.turn.session))
        for (id, answer) in answers where !answer.isSideRequest && !answer.isCut && !unaccounted.contains(answer.conversation) {
            if !listed.contains(id) { differences.append("the request \(id) of \(answer.conversation) is no row") }
        }
    }

    private mutating func compare(_ session: String, _ turns: [EndedTurn], _ requests: [RecordedRequest]) {
        let isAccounted = turns.allSatisfy { $0.outcome.account.modelTurns > 0 }
        let isLastAccounted = turns.last.map { $0.outcome.account.modelTurns > 0 } ?? false
        let last = isLastAccounted ? requests.last { $0.usage != nil && !$0.isSideRequest }?.number : nil
        var (least, most) = (Books(), Books())
        for request in requests {
            guard request.status == 200, var usage = request.usage else { continue }
            answers += 1
            let isHeld = disturbance != .fullDisk && last != nil && (request.number == last || request.quotedBy == last)
            let isKnown = !request.isCut && (isAccounted || isHeld)
            // Nobody has told the CLI what a stream took that broke off: it takes a token for every three characters, where the scripted API has four.
            if request.isCut { usage.output = usage.output * 4 / 3 + 2 }
            most.add(usage)
            if isKnown { least.add(usage) } else { unknowable += 1 }
        }
        var own = Books()
        for turn in turns {
            own.add(turn.outcome.account.usage)
            own.cost += turn.outcome.account.turnCostUsd ?? 0
        }
        guard !own.isBetween(least, most) else { return }
        let ends = turns.map { "\($0.turn.id) \($0.outcome.end)".prefix(120) }
        let theirs = "\(least)\(least == most ? "" : " to \(most)")"
        differences.append("session \(session): \(own), but the model's books have \(theirs); turns: \(ends)")
    }

    /// Tokens and what they cost.
    private struct Books: Equatable, CustomStringConvertible {
        var input = 0
        var cacheWrite = 0
        var cacheRead = 0
        var output = 0
        /// US dollars.
        var cost = 0.0

        init() {}

        /// Without their price.
        init(_ parts: [RunStatus.Tokens]) {
            for part in parts {
                input += part.input
                cacheWrite += part.cacheWrite
                cacheRead += part.cacheRead
                output += part.output
            }
        }

        /// Without their price.
        init(_ parts: [TestSupport.TokenUsage]) {
            for part in parts { add(part) }
            cost = 0
        }

        mutating func add(_ usage: TestSupport.TokenUsage) {
            input += usage.input
            cacheWrite += usage.cacheCreation
            cacheRead += usage.cacheRead
            output += usage.output
            cost += price(usage.input, usage.cacheCreation, usage.cacheRead, usage.output)
        }

        mutating func add(_ usage: Orchestration.TokenUsage) {
            input += usage.input
            cacheWrite += usage.cacheWrite
            cacheRead += usage.cacheRead
            output += usage.output
        }

        /// What the CLI's default model costs, which every turn here uses.
        private func price(_ input: Int, _ cacheWrite: Int, _ cacheRead: Int, _ output: Int) -> Double {
            (Double(input) * 4 + Double(cacheWrite) * 5 + Double(cacheRead) * 0.2 + Double(output) * 20) / 1e6
        }

        func isBetween(_ least: Books, _ most: Books) -> Bool {
            (least.input...most.input).contains(input) && (least.cacheWrite...most.cacheWrite).contains(cacheWrite)
                && (least.cacheRead...most.cacheRead).contains(cacheRead) && (least.output...most.output).contains(output)
                && (least.cost - 1e-7...most.cost + 1e-7).contains(cost)
        }

        var description: String { "\(input) + \(cacheWrite) written + \(cacheRead) read + \(output) out = $\(cost)" }
    }
}

/// A turn with what the journal has of its end.
struct EndedTurn: Sendable {
    var turn: Turn
    var outcome: TurnOutcome
}

extension CompanyFixture {
    /// The turns of the current run that have ended, in order. Only while no engine is at work.
    func endedTurns() throws -> [EndedTurn] {
        guard let folder = try Workspace(path: config + "/workspace").currentRun() else { return [] }
        let journal = try Journal(existingIn: folder.path)
        var turns: [TurnID: Turn] = [:]
        var ended: [EndedTurn] = []
        _ = try journal.forEach(after: 0) { entry in
            switch try EventRecord.decode(entry.record.body) {
            case .turnStarted(let turn): turns[turn.id] = turn
            case .turnEnded(let id, let outcome): if let turn = turns[id] { ended.append(EndedTurn(turn: turn, outcome: outcome)) }
            default: break
            }
        }
        try journal.close()
        return ended
    }

    /// When the events of the current run were journaled, in order. Only while no engine is at work.
    func journalTimes() throws -> [Timestamp] {
        guard let folder = try Workspace(path: config + "/workspace").currentRun() else { return [] }
        let journal = try Journal(existingIn: folder.path)
        var times: [Timestamp] = []
        _ = try journal.forEach(after: 0) { times.append($0.record.time) }
        try journal.close()
        return times
    }

    /// Expects that what the run says it has cost is what the model has answered.
    func expectHonestLedger(disturbedBy disturbance: LedgerAudit.Disturbance = .none, _ location: SourceLocation = #_sourceLocation)
        async throws
    {
        let audit = try await LedgerAudit(of: self, disturbedBy: disturbance)
        #expect(audit.differences.isEmpty, "\(audit.differences.joined(separator: "\n"))", sourceLocation: location)
    }
}

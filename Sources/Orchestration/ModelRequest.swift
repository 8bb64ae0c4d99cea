/// One request that a model has answered, as a part of a ``ModelShare``.
///
/// It is written as a row, `["msg_01…",3,1200,20000,417,0.0123]`: there are many, and each stays in the journal.
package struct ModelRequest: Sendable, Equatable {
    /// The provider's name of the answer.
    package var id: String
    package var usage: TokenUsage
    /// US dollars, by list prices: the CLI names costs only for a turn.
    package var costUsd: Double

    /// - Parameter costUsd: kept to the ten-millionth of a dollar, which is a token of the cheapest model.
    package init(id: String, usage: TokenUsage, costUsd: Double) {
        self.id = id
        self.usage = usage
        self.costUsd = (costUsd * 1e7).rounded() / 1e7
    }
}

extension ModelRequest: Codable {
    package init(from decoder: any Decoder) throws {
        var row = try decoder.unkeyedContainer()
        id = try row.decode(String.self)
        usage = TokenUsage(
            input: try row.decode(Int.self), cacheWrite: try row.decode(Int.self), cacheRead: try row.decode(Int.self),
            output: try row.decode(Int.self))
        costUsd = try row.decode(Double.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var row = encoder.unkeyedContainer()
        try row.encode(id)
        for count in [usage.input, usage.cacheWrite, usage.cacheRead, usage.output] { try row.encode(count) }
        try row.encode(costUsd)
    }
}

/// A row of the cost report's list of requests. As JSON it follows the rules of `RunStatus`.
package struct RequestRow: Codable, Sendable, Equatable {
    /// When its turn ended.
    package var at: Moment
    package var turn: String
    package var agent: String
    package var role: String
    package var team: String?
    package var task: String?
    package var purpose: String
    package var credential: String
    package var session: String
    /// The provider's name of the answer; missing for the rest of a turn, of which the CLI has told only the sum.
    package var request: String?
    package var model: String
    package var costUsd: Double
    package var tokens: RunStatus.Tokens

    /// The rows of a turn, which come to its account: to the token, and to the cost that the CLI has named.
    ///
    /// For each model what its requests do not add up to is a row of its own. When that is only a rounding of costs, the last request has it.
    package static func rows(of turn: Turn, _ account: TurnAccount, costUsd: Double, at time: Timestamp) -> [RequestRow] {
        account.shares(of: costUsd).flatMap { share in
            func row(_ request: String?, _ usage: TokenUsage, _ costUsd: Double) -> RequestRow {
                RequestRow(
                    at: Moment(time), turn: turn.id.name, agent: turn.agent.name, role: turn.role.rawValue, team: turn.team?.name,
                    task: turn.task?.name, purpose: turn.brief.purpose.rawValue, credential: turn.credential.name, session: turn.session,
                    request: request, model: share.model, costUsd: costUsd, tokens: RunStatus.Tokens(usage))
            }
            let requests = share.requests ?? []
            var rows = requests.map { row($0.id, $0.usage, $0.costUsd) }
            let usage = requests.reduce(share.usage) { $0 - $1.usage }
            let rest = requests.reduce(share.costUsd ?? 0) { $0 - $1.costUsd }
            if usage == TokenUsage(), abs(rest) < 1e-6 || rest == 0 {
                if let last = rows.indices.last { rows[last].costUsd += rest }
            } else {
                rows.append(row(nil, usage, rest))
            }
            return rows
        }
    }
}

/// Makes the rows of a run's requests from its events, one after the other.
package struct RequestRows: Sendable {
    private var turns: [TurnID: Turn] = [:]
    private var sessions: [String: Double] = [:]

    package init() {}

    /// What an event adds: the rows of a turn that has ended.
    package mutating func take(_ event: Event, at time: Timestamp) -> [RequestRow] {
        switch event {
        case .turnStarted(let turn):
            turns[turn.id] = turn
            return []
        case .turnEnded(let id, let outcome):
            // A second end of the same turn counts for nothing, as in the ledger.
            guard let turn = turns.removeValue(forKey: id) else { return [] }
            let before = sessions[turn.session] ?? 0
            let sum = outcome.account.sessionCostUsd ?? before
            sessions[turn.session] = max(before, sum)
            let cost = outcome.account.turnCostUsd ?? max(0, sum - before)
            return RequestRow.rows(of: turn, outcome.account, costUsd: cost, at: time)
        default: return []
        }
    }
}

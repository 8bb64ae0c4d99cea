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
    /// For each model what its requests do not add up to is a row of its own: what the CLI has asked unseen, or a killed turn's count that came too
    /// late. When that is only the rounding of costs, the last request has it.
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
            if usage == TokenUsage(), abs(rest) <= RequestShare.precision * Double(requests.count) {
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

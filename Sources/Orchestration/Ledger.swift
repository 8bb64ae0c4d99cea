/// What the run has spent, by what it was for and by who spent it. Costs are differences of the CLI's cumulative session costs.
///
/// These are the sums; each turn's own account, model by model and request by request, is in its event (``RequestRows``).
package struct Ledger: Codable, Sendable, Equatable {
    package struct Line: Codable, Sendable, Equatable {
        package var turns = 0
        package var usage = TokenUsage()
        package var costUsd = 0.0

        package init() {}

        package init(turns: Int = 0, usage: TokenUsage, costUsd: Double) {
            self.turns = turns
            self.usage = usage
            self.costUsd = costUsd
        }

        package subscript(_ measure: SpendingMeasure) -> Double {
            switch measure {
            case .usd: costUsd
            case .tokens: Double(usage.total)
            }
        }

        mutating func add(_ usage: TokenUsage, _ costUsd: Double) {
            turns += 1
            self.usage = self.usage + usage
            self.costUsd += costUsd
        }
    }

    package var total = Line()
    package var byPurpose: [String: Line] = [:]
    package var byAgent: [AgentID: Line] = [:]
    package var byTeam: [TeamID: Line] = [:]
    package var byCredential: [CredentialID: Line] = [:]
    /// By the model's name; a turn that used several counts for each of them.
    package var byModel: [String: Line] = [:]

    package init() {}

    mutating func add(turn: Turn, account: TurnAccount, costUsd: Double) {
        let usage = account.usage
        total.add(usage, costUsd)
        byPurpose[turn.brief.purpose.rawValue, default: Line()].add(usage, costUsd)
        byAgent[turn.agent, default: Line()].add(usage, costUsd)
        if let team = turn.team { byTeam[team, default: Line()].add(usage, costUsd) }
        byCredential[turn.credential, default: Line()].add(usage, costUsd)
        for share in account.shares(of: costUsd) {
            // Nobody knows which model it would have been that did not answer.
            if share.model == TurnAccount.unknownModel, share.usage.total == 0, share.costUsd ?? 0 == 0 { continue }
            byModel[share.model, default: Line()].add(share.usage, share.costUsd ?? 0)
        }
    }
}

extension TurnAccount {
    /// Stands for the model that nobody has named.
    static let unknownModel = "unknown"

    /// What each model has taken of a turn that cost so much. Together they always come to the turn's own account.
    package func shares(of costUsd: Double) -> [ModelShare] {
        let unnamed = ModelShare(model: model ?? Self.unknownModel, usage: usage, costUsd: costUsd)
        guard let models, !models.isEmpty, models.reduce(TokenUsage(), { $0 + $1.usage }) == usage else { return [unnamed] }
        var shares = models
        // Where the CLI did not say what a model cost, the first of those has what is left.
        let rest = costUsd - models.reduce(0) { $0 + ($1.costUsd ?? 0) }
        let place = shares.firstIndex { $0.costUsd == nil } ?? shares.startIndex
        shares[place].costUsd = (shares[place].costUsd ?? 0) + rest
        return shares
    }
}

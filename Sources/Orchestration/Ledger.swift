/// What the run has spent, by purpose and by team. Costs are differences of the CLI's cumulative session costs.
package struct Ledger: Codable, Sendable, Equatable {
    package struct Line: Codable, Sendable, Equatable {
        package var turns = 0
        package var usage = TokenUsage()
        package var costUsd = 0.0

        package init() {}

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

    package init() {}

    mutating func add(turn: Turn, usage: TokenUsage, costUsd: Double) {
        total.add(usage, costUsd)
        byPurpose[turn.brief.purpose.rawValue, default: Line()].add(usage, costUsd)
        byAgent[turn.agent, default: Line()].add(usage, costUsd)
        if let team = turn.team { byTeam[team, default: Line()].add(usage, costUsd) }
    }
}

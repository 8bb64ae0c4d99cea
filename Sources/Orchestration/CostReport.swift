/// What a run has cost: who spent it, on what, with which model and credential. A pure projection of the state.
///
/// As JSON it follows the rules of `RunStatus`. Each breakdown comes to the whole; a task's part is what its workers' turns took.
package struct CostReport: Codable, Sendable, Equatable {
    /// The newest format that this version writes.
    package static let currentFormat = 1

    /// One part of a breakdown.
    package struct Line: Codable, Sendable, Equatable {
        package var name: String
        /// A task's title, or why a credential was not accepted.
        package var note: String?
        /// Turns that have ended; missing for tasks.
        package var turns: Int?
        package var costUsd: Double
        package var tokens: RunStatus.Tokens

        init(_ name: String, _ line: Ledger.Line) {
            self.init(name, turns: line.turns, costUsd: line.costUsd, tokens: RunStatus.Tokens(line.usage))
        }

        package init(
            _ name: String, note: String? = nil, turns: Int? = nil, costUsd: Double, tokens: RunStatus.Tokens = .init(TokenUsage())
        ) {
            self.name = name
            self.note = note
            self.turns = turns
            self.costUsd = costUsd
            self.tokens = tokens
        }
    }

    /// A part of the whole, from 0 to 1.
    package struct Share: Codable, Sendable, Equatable {
        package var ofCost: Double
        /// Of the tokens that were sent to models: input, cache written and read.
        package var ofInputTokens: Double

        package init(of parts: [Line], in whole: Line) {
            func share(_ value: (Line) -> Double) -> Double {
                let all = value(whole)
                return all > 0 ? parts.reduce(0) { $0 + value($1) } / all : 0
            }
            ofCost = share(\.costUsd)
            ofInputTokens = share { Double($0.tokens.total - $0.tokens.output) }
        }
    }

    /// A ceiling and how far it is reached.
    package struct Ceiling: Codable, Sendable, Equatable {
        /// `the run`, or a team's id.
        package var scope: String
        /// `usd` or `tokens`.
        package var measure: String
        package var spent: Double
        /// What turns under way may still take.
        package var held: Double
        package var ceiling: Double
    }

    package var format: Int
    package var run: String
    package var at: Moment
    package var hasEnded: Bool
    package var total: Line
    package var ceilings: [Ceiling]
    package var byRole: [Line]
    /// What the turns were for, see `Purpose`.
    package var byPurpose: [Line]
    /// The Director of several teams belongs to none and is a part of its own.
    package var byTeam: [Line]
    package var byAgent: [Line]
    package var byTask: [Line]
    package var byModel: [Line]
    package var byCredential: [Line]
    /// Everything but workers' own turns: planning, reviews, judging.
    package var coordination: Share
    /// Work that was done again: changes that a lead wanted, gates that were red.
    package var rework: Share
    package var conflicts: Share
    /// Tasks that have landed, and what each of them has cost, everything included; missing when none has.
    package var landed: Int
    package var costPerChangeUsd: Double?

    package init(run: Run, at now: Timestamp) {
        let ledger = run.ledger
        format = Self.currentFormat
        self.run = run.id.name
        at = Moment(now)
        hasEnded = run.isEnded
        total = Line("total", ledger.total)
        ceilings = run.ceilings
        var roles: [Role: Ledger.Line] = [:]
        for (agent, line) in ledger.byAgent { roles[run.agents[agent]?.role ?? .worker, default: Ledger.Line()].add(line) }
        byRole = Role.allCases.compactMap { role in roles[role].map { Line(role.rawValue, $0) } }
        byPurpose = Purpose.allCases.compactMap { purpose in ledger.byPurpose[purpose.rawValue].map { Line(purpose.rawValue, $0) } }
        let director = run.isFlat ? nil : ledger.byAgent[Run.director].map { Line(Run.director.name, $0) }
        byTeam = (director.map { [$0] } ?? []) + ledger.byTeam.sorted { $0.key < $1.key }.map { Line($0.key.name, $0.value) }
        byAgent = ledger.byAgent.sorted { $0.key < $1.key }.map { Line($0.key.name, $0.value) }
        byModel = ledger.byModel.sorted { $0.key < $1.key }.map { Line($0.key, $0.value) }
        byCredential = ledger.byCredential.sorted { $0.key < $1.key }.map { id, line in
            var line = Line(id.name, line)
            line.note = run.credentials.first { $0.id == id }?.rejected
            return line
        }
        byTask = run.tasks.values.filter { $0.usage.total > 0 || $0.costUsd > 0 }.sorted { $0.id < $1.id }.map { task in
            var line = Line(task.id.name, Ledger.Line(usage: task.usage, costUsd: task.costUsd))
            line.turns = nil
            line.note = task.title
            return line
        }
        let whole = total
        func share(_ purposes: Purpose...) -> Share {
            Share(of: purposes.compactMap { ledger.byPurpose[$0.rawValue].map { Line("", $0) } }, in: whole)
        }
        coordination = Share(of: roles.filter { $0.key != .worker }.map { Line("", $0.value) }, in: whole)
        rework = share(.rework, .gateFix)
        conflicts = share(.conflict)
        landed = run.tasks.values.count { if case .landed = $0.state { true } else { false } }
        if landed > 0 { costPerChangeUsd = ledger.total.costUsd / Double(landed) }
    }
}

extension Ledger.Line {
    mutating func add(_ other: Ledger.Line) {
        turns += other.turns
        usage = usage + other.usage
        costUsd += other.costUsd
    }
}

extension CostReport {
    /// What an earlier version wrote about a run: fewer breakdowns, and some without tokens.
    package init(
        run: String, at: Moment, total: Line, byPurpose: [Line], byTeam: [Line], byTask: [Line], byCredential: [Line], landed: Int
    ) {
        format = Self.currentFormat
        self.run = run
        self.at = at
        hasEnded = true
        self.total = total
        self.byPurpose = byPurpose
        self.byTeam = byTeam
        self.byTask = byTask
        self.byCredential = byCredential
        (ceilings, byRole, byAgent, byModel) = ([], [], [], [])
        func share(_ purposes: Purpose...) -> Share {
            Share(of: byPurpose.filter { line in purposes.contains { $0.rawValue == line.name } }, in: total)
        }
        coordination = share(.plan, .review, .coordinate)
        rework = share(.rework, .gateFix)
        conflicts = share(.conflict)
        self.landed = landed
        costPerChangeUsd = landed > 0 ? total.costUsd / Double(landed) : nil
    }
}

extension Run {
    /// The ceilings of the run, of its teams and of its keys.
    package var ceilings: [CostReport.Ceiling] {
        let scopes = [SpendingScope.run] + (isFlat ? [] : teams.keys.sorted().map { .team($0) }) + credentials.map { .key($0.id) }
        let loads = credentialLoads
        return scopes.flatMap { scope in
            SpendingMeasure.allCases.compactMap { measure in
                ceiling(of: scope, measure).map {
                    let held = if case .key(let key) = scope { loads[key]?.heldUsd ?? 0 } else { held(in: scope, measure) }
                    return CostReport.Ceiling(
                        scope: scope.words, measure: measure.rawValue, spent: spent(by: scope, measure), held: held, ceiling: $0)
                }
            }
        }
    }
}

import Orchestration

extension RunReport {
    /// Turns, money and tokens of one part of the run.
    package struct Line: Codable, Sendable, Equatable {
        package var name: String
        package var turns: Int
        package var costUsd: Double
        package var tokens: RunStatus.Tokens

        init(_ name: String, _ line: Ledger.Line) {
            self.name = name
            turns = line.turns
            costUsd = line.costUsd
            tokens = RunStatus.Tokens(line.usage)
        }
    }

    /// What one credential was used for; by its name.
    package struct CredentialLine: Codable, Sendable, Equatable {
        package var name: String
        package var turns: Int
        package var costUsd: Double
        /// Why the provider did not accept it.
        package var rejection: String?
    }

    /// What the run has cost.
    package struct Spending: Codable, Sendable, Equatable {
        package var total: Line
        package var budgetUsd: Double?
        /// Teams in order; in a run with several teams the Director's own part comes first.
        package var byTeam: [Line]
        /// What the tokens were spent on: plan, work, review, rework, conflict, coordinate.
        package var byPurpose: [Line]
        package var byCredential: [CredentialLine]

        init(_ run: Run) {
            let ledger = run.ledger
            total = Line("total", ledger.total)
            budgetUsd = run.settings.maxBudgetUsd
            let director = run.isFlat ? nil : ledger.byAgent[Run.director].map { Line(Run.director.name, $0) }
            byTeam = (director.map { [$0] } ?? []) + ledger.byTeam.sorted { $0.key < $1.key }.map { Line($0.key.name, $0.value) }
            byPurpose = Purpose.allCases.compactMap { purpose in
                ledger.byPurpose[purpose.rawValue].map { Line(purpose.rawValue, $0) }
            }
            byCredential = run.credentials.map {
                CredentialLine(name: $0.id.name, turns: $0.turns, costUsd: $0.costUsd, rejection: $0.rejected)
            }
        }
    }
}

extension CostReport {
    /// What the written report of a run says; less for a run of an earlier version.
    package init(_ report: RunReport) {
        if let cost = report.cost {
            self = cost
            return
        }
        func lines(_ lines: [RunReport.Line]) -> [Line] {
            lines.map { Line($0.name, turns: $0.turns, costUsd: $0.costUsd, tokens: $0.tokens) }
        }
        let spending = report.spending
        let tasks = report.teams.flatMap { $0.landed + $0.unlanded }.map { task in
            Line(task.id, note: task.title, costUsd: task.costUsd)
        }
        self.init(
            run: report.run, at: report.writtenAt, total: lines([spending.total])[0], byPurpose: lines(spending.byPurpose),
            byTeam: lines(spending.byTeam), byTask: tasks,
            byCredential: spending.byCredential.map { Line($0.name, note: $0.rejection, turns: $0.turns, costUsd: $0.costUsd) },
            landed: report.teams.flatMap(\.landed).count { $0.state == "landed" })
    }
}

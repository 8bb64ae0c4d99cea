import Foundation
import Simulation

@testable import Orchestration

extension TurnOutcome {
    /// A worker's turn that ended with a report.
    static func worker(_ report: WorkerReport, head: ObjectID?, changed: Bool = true, objection: String? = nil) -> TurnOutcome {
        TurnOutcome(
            end: .reported(json(report)), account: TurnAccount(usage: TokenUsage(input: 10, cacheRead: 90, output: 5), modelTurns: 3),
            sessionExists: true, head: head, changed: changed, objection: objection, milliseconds: 1000)
    }

    /// A manager's turn that ended with a report.
    static func manager(_ report: some Encodable) -> TurnOutcome {
        TurnOutcome(
            end: .reported(json(report)), account: TurnAccount(usage: TokenUsage(input: 20, cacheRead: 200, output: 9), modelTurns: 2),
            sessionExists: true, milliseconds: 1000)
    }

    /// A turn that ended without a report.
    static func broken(_ end: TurnEnd, sessionExists: Bool = true, head: ObjectID? = nil) -> TurnOutcome {
        TurnOutcome(end: end, sessionExists: sessionExists, head: head, milliseconds: 1000)
    }

    private static func json(_ report: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(report), let text = String(bytes: data, encoding: .utf8) else {
            preconditionFailure("a sample report cannot be encoded")
        }
        return text
    }
}

import JSON
import Orchestration
import Processes
import Testing

@testable import TestSupport

/// A plan and what it comes to when nothing goes wrong: what runs that were struck are compared with.
struct UndisturbedRun: Sendable {
    let plan: CompanyPlan
    let options: [String: JSONValue]
    private let played = Played()

    private init(_ plan: CompanyPlan, options: [String: JSONValue] = [:]) {
        self.plan = plan
        self.options = options
    }

    /// Played once for all tests, when the first of them asks.
    var outcome: RunOutcome {
        get async throws { try await played.outcome(plan, options) }
    }

    /// Two tasks side by side. Mistakes that only cost time come to the same.
    static let sideBySide = UndisturbedRun(.synthetic(tasks: 2))

    /// Two tasks of which one is sent back once, so that every effect happens more than once. One worker, so that nothing depends on who was
    /// faster, and the end has to be the same to the last token.
    static let oneByOne = UndisturbedRun(
        .synthetic(tasks: 2, rates: .init(reworksEvery: 2)), options: ["workerCount": 1, "quickVerifyCommand": "sh check.sh"])

    /// Three tasks side by side, of which one is sent back once.
    static let soaked = UndisturbedRun(.synthetic(tasks: 3, rates: .init(reworksEvery: 2)))

    /// Two tasks side by side.
    static var plan: CompanyPlan { sideBySide.plan }

    /// The plan with the first task spending a while in a shell command.
    static func slow(seconds: Int) -> CompanyPlan { sideBySide.slow(seconds: seconds) }

    func slow(seconds: Int) -> CompanyPlan {
        var slow = plan
        slow.goals[0].tasks[0].mistakes.append(.slow(seconds: seconds))
        return slow
    }

    private actor Played {
        private var playing: Task<RunOutcome, any Error>?
        private var found: RunOutcome?

        func outcome(_ plan: CompanyPlan, _ options: [String: JSONValue]) async throws -> RunOutcome {
            let task = playing ?? Task { try await play(plan, options) }
            playing = task
            return try await task.value
        }

        private func play(_ plan: CompanyPlan, _ options: [String: JSONValue]) async throws -> RunOutcome {
            try await CompanyFixture.with(plan, options: options) { fixture in
                let result = try await fixture.cco(["start"])
                #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
                try await fixture.expectNothingLeft()
                try await fixture.expectHonestLedger()
                await self.note(try await RunOutcome(of: fixture))
            }
            return try #require(found)
        }

        private func note(_ outcome: RunOutcome) { found = outcome }
    }
}

extension CompanyFixture {
    /// Expects that an ended run of two tasks side by side has come to what it comes to when nothing goes wrong, that nothing is left of it, and
    /// that its journal agrees with the repository and its books with the model's.
    ///
    /// - Parameter moreTurns: how many turns it may have taken more.
    func expectUndisturbed(
        moreTurns: Int = 0, redGates: Bool = false, attempts: Bool = false, lostOutput: Bool = false,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let leeway = RunOutcome.Leeway(
            order: true, lostTurns: moreTurns, sideBySide: true, redGates: redGates, attempts: attempts, lostOutput: lostOutput)
        try await expectEnd(of: .sideBySide, leeway, location)
    }

    /// Expects that an ended run has come to the same end as an undisturbed one, with nothing left over, a journal that agrees with the
    /// repository, and books that agree with the model's.
    func expectEnd(
        of undisturbed: UndisturbedRun, _ leeway: RunOutcome.Leeway = .none, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        try await expectSound(gate: undisturbed.plan.verifyCommand, location)
        try await expectNothingLeft(location)
        let audit = try await cco(["doctor", "--journal"])
        #expect(audit.exit == .exited(0), "\(audit.outputText)\(audit.errorText)", sourceLocation: location)
        try await expectHonestLedger(disturbedBy: leeway.lostOutput ? .fullDisk : leeway.lostTurns > 0 ? .kill : .none, location)
        let expected = try await undisturbed.outcome
        let differences = try await RunOutcome(of: self).differences(from: expected, leeway)
        guard !differences.isEmpty else { return }
        let turns = try endedTurns().map { ended in
            let saved = ended.outcome.savedUncommitted ? ", saved by cco" : ""
            return "\(ended.turn.id) \(ended.turn.agent), \(ended.turn.brief): \("\(ended.outcome.end)".prefix(150))\(saved)"
        }
        Issue.record("\((differences + turns).joined(separator: "\n"))", sourceLocation: location)
    }
}

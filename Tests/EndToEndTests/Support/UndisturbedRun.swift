import Processes
import Testing

@testable import TestSupport

/// What faults strike, and what it comes to when nothing goes wrong.
enum UndisturbedRun {
    /// Two tasks side by side. Mistakes that only cost time come to the same.
    static let plan = CompanyPlan.synthetic(tasks: 2)

    /// The plan with the first task spending a while in a shell command.
    static func slow(seconds: Int) -> CompanyPlan {
        var slow = plan
        slow.goals[0].tasks[0].mistakes = [.slow(seconds: seconds)]
        return slow
    }

    /// Played once for all tests.
    static let outcome = Task {
        let box = OutcomeBox()
        try await CompanyFixture.with(plan) { fixture in
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            await box.set(try await Outcome(of: fixture))
        }
        return try #require(await box.outcome)
    }

    private actor OutcomeBox {
        var outcome: Outcome?
        func set(_ outcome: Outcome) { self.outcome = outcome }
    }
}

extension CompanyFixture {
    /// Expects that an ended run has come to what it comes to when nothing goes wrong, that nothing is left of it, and that its journal agrees
    /// with the repository.
    ///
    /// - Parameter moreTurns: how many turns it may have taken more.
    func expectUndisturbed(moreTurns: Int = 0, _ location: SourceLocation = #_sourceLocation) async throws {
        try await expectSound(gate: UndisturbedRun.plan.verifyCommand, location)
        try await expectNothingLeft(location)
        let audit = try await cco(["doctor", "--journal"])
        #expect(audit.exit == .exited(0), "\(audit.outputText)\(audit.errorText)", sourceLocation: location)
        let undisturbed = try await UndisturbedRun.outcome.value
        let outcome = try await Outcome(of: self)
        #expect(outcome.tree == undisturbed.tree, sourceLocation: location)
        #expect(outcome.subjects == undisturbed.subjects, sourceLocation: location)
        #expect(outcome.receipts == undisturbed.receipts, sourceLocation: location)
        let most = undisturbed.turns + moreTurns
        #expect(
            outcome.turns <= most, "the run took \(outcome.turns) turns, and \(undisturbed.turns) undisturbed", sourceLocation: location)
    }
}

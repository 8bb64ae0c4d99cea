import Simulation

@testable import Orchestration

/// Where a test takes the world's behaviour into its own hands. `nil`, or a closure that returns `nil`, is the ideal world.
struct Hooks {
    var turn: ((Turn, Run) -> TurnOutcome?)?
    var merge: ((Candidate, Run) -> MergeResult?)?
    /// The candidate is `nil` for the gate on the base as found.
    var gate: ((Candidate?, Run) -> GateResult?)?
    /// The quick gate on what a worker handed in for a task.
    var quick: ((TaskID, Run) -> GateResult?)?
    var publish: ((Candidate, Run) -> PublishResult?)?
    /// Takes the place of any effect's result, for example a failure.
    var effect: ((Effect, Run) -> EffectResult?)?
    /// Milliseconds that an effect takes.
    var duration: ((Effect, Run) -> Int64)?
    /// What trial merges show.
    var forecast: ((TrialOrder) -> TrialReport?)?
    /// The files that a task's branch changes after a turn.
    var changes: ((TaskID, Run) -> [String]?)?
    /// The tasks that a lead plans.
    var plan: ((TeamID, Run) -> [TaskDraft])?
}

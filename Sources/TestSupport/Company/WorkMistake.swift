/// What goes wrong when a scripted worker does its task for the first time. It puts each right when cco sends the task back.
///
/// A conflict needs no mistake: two tasks that change the same lines make one, and every scripted worker knows how to resolve it.
package enum WorkMistake: Sendable, Equatable {
    /// The task's steps leave the gate red; these mend it.
    case redGate(fix: [WorkStep])
    /// The lead sends the work back once with these orders; these steps follow them and end with a commit.
    case rework(instructions: String, steps: [WorkStep])
    /// The worker reports itself blocked before it does anything. With an answer from its lead it does the steps; without one the lead drops
    /// the task.
    case blocked(reason: String, answer: String?)
    /// The turn's end comes without a report, until the CLI reminds the worker of it.
    case forgetsReport
    /// The turn ends without a report although the CLI reminds the worker of it.
    case refusesReport
    /// Every report of the turn misses the schema.
    case unfitReport
    /// Reports the task done without having done anything.
    case noCommit
    /// Does the work and leaves it uncommitted.
    case uncommitted
    /// Commits a `.env` file with its work.
    case writesEnvFile
    /// Prints its environment, and commits a file with the secrets that its tools can see: the API key if it is a variable, and `.env`.
    case printsSecrets
    /// Makes a call that fails, again and again, until it is told to do otherwise.
    case insists(command: String)
    /// Spends this many seconds in a shell command first, so that there is time to interrupt it in the middle of a tool.
    case slow(seconds: Int)

    /// The file that `printsSecrets` commits.
    package static let leakedFile = "debug-environment.txt"
}

/// What is wrong with the first plan that a scripted lead returns. The plan is right once cco has said so.
package enum PlanMistake: Sendable, Equatable {
    /// Two tasks that may run side by side claim the same path.
    case collidingPlan
    /// A task depends on one that does not exist.
    case badDependency
}

/// A sign of life in an agent's structured output. Words of agents and of tools are never looked at for it.
package enum ProgressMark: Codable, Sendable, Equatable {
    /// A tool began to run.
    ///
    /// - Parameters:
    ///   - id: tells this call from others that run beside it.
    ///   - call: the same for calls of the same tool with the same arguments.
    ///   - argument: the one by which people recognise the call, on one line; it is shown and never judged.
    case toolStarted(id: String, name: String, call: Int, argument: String = "")
    case toolEnded(id: String, failed: Bool)
    /// A round of work began: from now on the model is asked whenever no tool runs.
    case began
    /// The round is over; nothing is expected until the agent is told more.
    case rested
    /// The agent was told something: what was before does not count any more.
    case told
    /// The provider did not answer, and the agent's program asks again by itself after a pause.
    case retrying
    /// A line that cannot be read, whatever it says: one that was too long, for instance.
    case unreadable
    /// The agent said anything else.
    case output
}

/// A sign of life in an agent's structured output. Words of agents and of tools are never looked at for it.
package enum ProgressMark: Sendable, Equatable {
    /// A tool began to run.
    ///
    /// - Parameters:
    ///   - id: tells this call from others that run beside it.
    ///   - call: the same for calls of the same tool with the same arguments.
    case toolStarted(id: String, name: String, call: Int)
    case toolEnded(id: String, failed: Bool)
    /// The agent said anything else.
    case output
}

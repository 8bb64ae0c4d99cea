/// How much a line of the run's log matters.
package enum LogLevel: String, Hashable, Sendable, CaseIterable {
    /// For finding defects of cco.
    case debug
    /// The normal course of the run.
    case info
    /// Something that went wrong and was dealt with.
    case warning
    /// Something that a person should look at.
    case error
}

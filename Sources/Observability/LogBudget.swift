/// How large one file of the run's log may become.
package struct LogBudget: Hashable, Sendable {
    /// Bytes the file may have at most.
    package let bytes: Int
    /// The last bytes of the budget, which are kept for the orchestrator's own lines.
    package let reserve: Int

    /// - Parameter reserve: `nil` for a sixteenth of the budget.
    package init(bytes: Int = 256 << 20, reserve: Int? = nil) {
        self.bytes = bytes
        self.reserve = min(bytes, reserve ?? bytes / 16)
    }
}

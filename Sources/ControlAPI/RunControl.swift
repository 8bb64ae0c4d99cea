import Orchestration

/// What the control interface can do with a run. The engine's owner implements it.
package protocol RunControl: Sendable {
    /// The run as it is now.
    func status() async throws -> RunStatus

    /// What it has cost so far.
    func cost() async throws -> CostReport

    /// What the journal has after an event, secrets replaced.
    ///
    /// - Parameters:
    ///   - limit: the most events, `JournalPage.largest` at most; with 0 only the newest event's number is told.
    ///   - waits: whether to return only when there is something after `sequence`, or nothing more will come.
    func journal(after sequence: Int64, limit: Int, waits: Bool) async throws -> JournalPage

    /// Has the run stand still and returns once it does, with all of its processes gone.
    ///
    /// - Parameters:
    ///   - reason: what a person reads later, such as `cco pause`.
    ///   - by: who asks, such as a user's name.
    /// - Returns: the run as it stands.
    func suspend(reason: String, by: String) async throws -> RunStatus

    /// Carries out what a person wants. It is durable when this returns, and the same order again is only answered again.
    ///
    /// - Throws: `OrderObjection`; nothing has happened then.
    func order(_ order: Order) async throws -> OrderReceipt
}

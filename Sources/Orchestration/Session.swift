/// A conversation of turns with the agent's CLI.
package struct Session: Codable, Sendable, Equatable {
    /// The CLI's session id, a UUID chosen by cco.
    package var id: String
    /// Whether the CLI has stored it, so that it can be resumed.
    package var exists: Bool
    /// Finished turns.
    package var turns: Int
    /// The CLI's cumulative cost of the session after its last turn, in US dollars.
    package var costUsd: Double
    /// The credential that the last turn used; kept while it can be, for the provider's cache.
    package var credential: CredentialID?
    /// Tokens that the last turn's requests carried, as a measure of the conversation's length.
    package var contextTokens: Int
    /// Tokens that a request of its last turn carried on average; `nil` when nobody counted.
    package var requestTokens: Int?
    /// What its last turn was for.
    package var purpose: Purpose?
    /// Whether it began while a usage window ran short, and so keeps the model for that.
    package var isScarce: Bool?

    package init(id: String) {
        self.id = id
        exists = false
        turns = 0
        costUsd = 0
        contextTokens = 0
    }
}

/// Something an agent is to do as soon as it can.
package struct Pending: Codable, Sendable, Equatable {
    package var brief: Brief
    /// The session has been given this brief before and was interrupted: it only has to go on.
    package var carryOn: Bool
    /// Turns for this brief that ended without a usable report.
    package var failures: Int
    /// The provider's faults in a row, for the backoff. They are not the agent's failures.
    package var outages: Int
    /// Not before this time (backoff after a provider's fault).
    package var notBefore: Timestamp?
    /// What was wrong with the last turn for this brief, for its author.
    package var remark: String?
    /// Whether the last turn for this brief was stopped for getting nowhere, and its session goes on.
    package var wasStuck: Bool?
    /// The question whose answer it waits for.
    package var question: QuestionID?

    package init(
        _ brief: Brief, carryOn: Bool = false, failures: Int = 0, outages: Int = 0, notBefore: Timestamp? = nil, remark: String? = nil,
        wasStuck: Bool? = nil
    ) {
        self.brief = brief
        self.carryOn = carryOn
        self.failures = failures
        self.outages = outages
        self.notBefore = notBefore
        self.remark = remark
        self.wasStuck = wasStuck
    }
}

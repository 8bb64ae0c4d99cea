/// What a running turn's structured output shows at this moment. It is no part of the run's state and is never journaled: an engine that follows
/// the turn knows it, and whoever reads the journal does not.
package struct TurnActivity: Sendable, Equatable {
    /// What is waited for.
    package enum Step: String, Sendable {
        /// The agent's program has said nothing yet.
        case starting
        /// The model is asked.
        case thinking
        /// The provider did not answer, and is asked again after a pause.
        case retrying
        /// A tool runs.
        case tool
        /// A round of work is over.
        case resting
    }

    /// A call of a tool that has not ended.
    package struct Tool: Sendable, Equatable {
        package var name: String
        /// The argument by which people recognise the call, on one line; empty where there is none, or where an earlier engine saw the call begin.
        package var argument: String
        package var since: Timestamp

        package init(name: String, argument: String, since: Timestamp) {
            self.name = name
            self.argument = argument
            self.since = since
        }
    }

    package var step: Step
    /// The one that began last comes first.
    package var tools: [Tool]
    /// Tokens that the turn has taken so far: what the model writes just now may be counted in part only.
    package var tokens: Int
    /// What it has cost so far, in US dollars; `nil` where its money has no bound, so that nobody adds it up, and where a price is not known.
    package var costUsd: Double?

    package init(step: Step, tools: [Tool] = [], tokens: Int = 0, costUsd: Double? = nil) {
        self.step = step
        self.tools = tools
        self.tokens = tokens
        self.costUsd = costUsd
    }
}

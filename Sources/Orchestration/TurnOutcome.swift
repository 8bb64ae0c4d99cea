/// Tokens of one turn, by how the provider charges for them.
package struct TokenUsage: Codable, Sendable, Equatable {
    package var input: Int
    package var cacheWrite: Int
    package var cacheRead: Int
    package var output: Int

    package init(input: Int = 0, cacheWrite: Int = 0, cacheRead: Int = 0, output: Int = 0) {
        self.input = input
        self.cacheWrite = cacheWrite
        self.cacheRead = cacheRead
        self.output = output
    }

    package var total: Int { input + cacheWrite + cacheRead + output }

    package static func - (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            input: left.input - right.input, cacheWrite: left.cacheWrite - right.cacheWrite, cacheRead: left.cacheRead - right.cacheRead,
            output: left.output - right.output)
    }

    package static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        TokenUsage(
            input: sum(left.input, right.input), cacheWrite: sum(left.cacheWrite, right.cacheWrite),
            cacheRead: sum(left.cacheRead, right.cacheRead), output: sum(left.output, right.output))
    }

    /// However often somebody writes large numbers, no sum of sums overflows.
    private static func sum(_ left: Int, _ right: Int) -> Int { min(left, most) + min(right, most) }

    private static let most = 1 << 50
}

/// What one model has taken of a turn.
package struct ModelShare: Codable, Sendable, Equatable {
    /// The model's name, as the CLI counts it.
    package var model: String
    package var usage: TokenUsage
    /// US dollars, where it is known for this model alone.
    package var costUsd: Double?
    /// The single requests, as far as the CLI has told of them; `nil` in journals of earlier versions.
    package var requests: [RequestShare]?

    package init(model: String, usage: TokenUsage, costUsd: Double? = nil) {
        self.model = model
        self.usage = usage
        self.costUsd = costUsd
    }
}

/// What a turn's process said about its cost.
package struct TurnAccount: Codable, Sendable, Equatable {
    package var usage: TokenUsage
    /// Cost of the whole session so far in US dollars. It grows over the session's turns, so a ledger takes differences.
    package var sessionCostUsd: Double?
    /// Cost of this turn alone in US dollars, where the CLI says so; exact where the session's running total is not.
    package var turnCostUsd: Double?
    /// Model requests' conversation turns as the CLI counts them.
    package var modelTurns: Int
    /// The model that answered, as the CLI named it.
    package var model: String?
    /// What each model has taken, by name; `nil` in journals of earlier versions.
    package var models: [ModelShare]?

    package init(
        usage: TokenUsage = TokenUsage(), sessionCostUsd: Double? = nil, turnCostUsd: Double? = nil, modelTurns: Int = 0,
        model: String? = nil, models: [ModelShare]? = nil
    ) {
        self.usage = usage
        self.sessionCostUsd = sessionCostUsd
        self.turnCostUsd = turnCostUsd
        self.modelTurns = modelTurns
        self.model = model
        self.models = models
    }
}

/// Why a credential could not be used on.
package enum CredentialFault: Codable, Sendable, Equatable {
    /// A usage window or a rate limit is used up. `resetsAt` is when the provider says it opens again, if it said so; `family` are the models that
    /// the window is about, `nil` where it is about all.
    case exhausted(resetsAt: Timestamp?, message: String, family: ModelFamily? = nil)
    /// The provider does not accept the credential.
    case refused(message: String)
    /// The account cannot pay.
    case unpaid(message: String)
}

/// Why cco ended a turn before it was done.
package enum StopCause: String, Codable, Sendable {
    /// `cco pause`, Ctrl-C or SIGTERM.
    case suspended
    /// The turn's own time limit.
    case timeLimit
    /// The run is ending (time, budget, no progress).
    case runEnding
    /// The task was cancelled.
    case cancelled
    /// The agent made no progress; the turn says how.
    case stuck
    /// The disk has too little room.
    case diskShort
    /// It has taken the tokens that it may take.
    case tokensUsed
    /// It has taken the money that it may take, and the agent's program did not end it.
    case moneyUsed
    /// A person has set a budget that leaves less than it might have taken; it goes on with what there is.
    case budgetLowered
    /// Its credential was benched or refused; it goes on with another one, or later.
    case credentialRests
    /// A person has something to say to it at once while it only finishes a step; it goes on with that.
    case interrupted

    /// Whether what the turn is doing is finished first: it only makes no further request of the model.
    package var letsStepFinish: Bool { self == .credentialRests }
}

/// How a turn ended. Read from structured output and exit records only, never from prose.
package enum TurnEnd: Codable, Sendable, Equatable {
    /// A report that fits the schema, as JSON text.
    case reported(String)
    /// The agent ended its turn without a report. Success without a report is not success.
    case silent
    /// The report never fitted its schema; the validator's reasons.
    case unfit([String])
    /// The credential's fault; the turn can go on with another one.
    case credential(CredentialFault)
    /// The provider's fault (overload, server errors, no connection) after the CLI's own retries.
    case provider(String)
    /// The turn's own budget was used up.
    case overBudget
    /// The session to resume is not there; a new one has to be started.
    case sessionMissing
    /// cco stopped it.
    case stopped(StopCause)
    /// It could not be started or crashed; what is known about it.
    case failed(String)
}

/// Everything a finished turn leaves behind.
package struct TurnOutcome: Codable, Sendable, Equatable {
    package var end: TurnEnd
    package var account: TurnAccount
    /// Whether the session now exists in the CLI's store and can be resumed.
    package var sessionExists: Bool
    /// For workers: the branch's head after the turn, with uncommitted work saved as a commit.
    package var head: ObjectID?
    /// For workers: the tree of `head`, where a quick gate asks for it.
    package var tree: ObjectID?
    /// For workers: whether `head` holds anything that its base does not.
    package var changed: Bool
    /// For workers: commits that the agent had left uncommitted and cco committed for it.
    package var savedUncommitted: Bool
    /// For workers: why the work cannot be integrated as it is, found mechanically (a forbidden path, a secret), or nil.
    package var objection: String?
    /// For workers: the files that the branch changes against what it goes to; `nil` when that is not known.
    package var changes: ChangedFiles?
    /// Wall milliseconds of the process.
    package var milliseconds: Int64

    package init(
        end: TurnEnd, account: TurnAccount = TurnAccount(), sessionExists: Bool = false, head: ObjectID? = nil, changed: Bool = false,
        savedUncommitted: Bool = false, objection: String? = nil, milliseconds: Int64 = 0
    ) {
        self.end = end
        self.account = account
        self.sessionExists = sessionExists
        self.head = head
        self.changed = changed
        self.savedUncommitted = savedUncommitted
        self.objection = objection
        self.milliseconds = milliseconds
    }
}

extension TurnOutcome {
    /// Whether there was no conversation to go on with.
    var leavesNoSession: Bool { if case .sessionMissing = end { true } else { false } }

    /// Whether the turn's program could make nothing of the conversation, as of one that has grown too long: going on with it fails again.
    var isOfUselessSession: Bool { if case .failed = end { !sessionExists } else { false } }
}

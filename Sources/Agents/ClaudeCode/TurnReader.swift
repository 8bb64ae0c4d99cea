import FoundationEssentials
import JSON
import Orchestration

/// Reads one turn of the Claude Code CLI: a state machine that is fed with lines and at last with the process's exit.
///
/// What it concludes comes from fields that the CLI writes. Words of agents, of files and of tools' output are never looked at, so
/// an agent that writes about rate limits or keys changes nothing.
package struct TurnReader: TurnReading, Equatable {
    /// Whether the session existed before the turn.
    let resuming: Bool
    /// Whether the CLI may renew its credential after the first refusal.
    let renewsLogin: Bool
    /// `system/init` was seen. By then the CLI has stored the session.
    private(set) var start: SessionStart?
    /// The last result; a process can write more than one.
    private(set) var result: TurnResult?
    /// The report of the last result that had one.
    private(set) var report: JSONValue?
    private(set) var account = TurnAccount()
    private(set) var turnCostUsd: Double?
    /// By model, what the results so far have accounted for.
    private(set) var models: [String: ModelShare] = [:]
    /// What was answered: after the last result, and as single requests also before it.
    private(set) var unsettled = UnsettledMessages()
    /// The CLI's name for the last API failure that it gave up on.
    private(set) var apiFailure: String?
    /// The last usage window that refused a request.
    private(set) var rejection: RateLimit?
    /// Retries in a row because the credential was not accepted.
    private(set) var refusals = 0
    private(set) var lastRetry: APIRetry?
    private(set) var malformedLines = 0

    package init(resuming: Bool, renewsLogin: Bool = false) {
        self.resuming = resuming
        self.renewsLogin = renewsLogin
    }

    package mutating func take(_ line: Data) -> Observation {
        take(StreamLine(decoding: line, longestText: Activity.mostBytes))
    }

    package mutating func take(_ line: ArraySlice<UInt8>) -> Observation {
        let scanned = line.withUnsafeBufferPointer { StreamLine(scanning: $0, longestText: Activity.mostBytes) }
        return take(scanned ?? StreamLine(slowly: Data(line)))
    }

    package var tokensSoFar: Int { account.usage.total + unsettled.tokens.total }

    package var answersSoFar: Int { unsettled.count }

    package var costSoFar: Double? {
        guard turnCostUsd != nil || account.usage.total == 0 else { return nil }
        return (turnCostUsd ?? 0) + unsettled.runningCostUsd
    }

    package var needsConversation: Bool { unsettled.hasMessages }

    package mutating func take(stored line: Data) { unsettled.complete(from: line) }

    mutating func take(_ line: StreamLine) -> Observation {
        var observation = Observation(activity: Activity.lines(for: line), progress: line.progress)
        switch line {
        case .started(let start):
            self.start = start
            account.model = start.model ?? account.model
        case .assistant(let message):
            if message.isApiErrorMessage {
                apiFailure = message.error
            } else {
                refusals = 0
                lastRetry = nil
                rejection = nil
                unsettled.add(message)
            }
        case .apiRetry(let retry):
            lastRetry = retry
            observation.giveUpEarly = refusal(in: retry)
            observation.slowdown = retry.slowdown
        case .rateLimit(var limit):
            limit.model = account.model
            rejection = limit.status == .rejected && !limit.isOverage ? limit : nil
            observation.rateLimit = limit
        case .result(let result):
            close(with: result)
            observation.rest = resultIsAbort ? .brokenOff : .done
        case .replayed(let uuid): observation.receipts = [.init(uuid: uuid, kind: .delivered)]
        case .acknowledged(let id): observation.receipts = [.init(uuid: id, kind: .interrupted)]
        case .malformed(let reason):
            malformedLines += 1
            observation.problem = reason
        case .user, .permissionDenied, .other: break
        }
        return observation
    }

    /// A refused credential stays refused, and the CLI would try it for over a minute. A login of the CLI's own gets a second chance, because the
    /// CLI renews it after the first refusal.
    private mutating func refusal(in retry: APIRetry) -> CredentialFault? {
        guard retry.errorStatus == 401 || retry.error == "authentication_failed" else {
            refusals = 0
            return nil
        }
        refusals += 1
        let renewable = renewsLogin && start?.apiKeySource == "none"
        return refusals > (renewable ? 1 : 0) ? .refused(message: retry.refusalWords) : nil
    }

    private mutating func close(with result: TurnResult) {
        self.result = result
        unsettled.settle()
        report = result.structuredOutput ?? report
        account.sessionCostUsd = Believable.cost(result.totalCostUsd) ?? account.sessionCostUsd
        account.modelTurns += Believable.count(result.numTurns)
        let perModel = result.modelUsageSinceLastResult ?? [:]
        if perModel.isEmpty {
            let usage = result.usage?.tokens ?? TokenUsage()
            account.usage = account.usage + usage
            if usage.total > 0 { models.add(account.model ?? "unknown", usage, costUsd: nil) }
            // No model has answered: the session's total is then of earlier turns, one that was stopped before it had a result among them.
            if usage.total == 0, result.modelUsageSinceLastResult != nil { turnCostUsd = turnCostUsd ?? 0 }
        } else {
            account.usage = perModel.values.reduce(account.usage) { $0 + $1.tokens }
            for (model, usage) in perModel { models.add(model, usage.tokens, costUsd: Believable.cost(usage.costUSD) ?? 0) }
            turnCostUsd = perModel.values.reduce(turnCostUsd ?? 0) { $0 + (Believable.cost($1.costUSD) ?? 0) }
        }
    }
}

extension APIRetry {
    /// What a person reads of a refusal.
    var refusalWords: String { "the provider answered \(errorStatus ?? 401) (authentication failed)" }

    /// What a failure that is tried again says about the credential. One failed request says nothing about a server's health.
    fileprivate var slowdown: Throttle.Cause? {
        switch (errorStatus, error) {
        case (429, _), (nil, "rate_limit"): .rateLimit
        case (529, _), (nil, "overloaded"): .overloaded
        case (let status?, _) where status >= 500: attempt >= 3 ? .outage : nil
        case (nil, _): attempt >= 3 ? .outage : nil
        default: nil
        }
    }
}

extension [String: ModelShare] {
    /// Adds what a model has taken. A cost that is not known makes the sum unknown.
    mutating func add(_ model: String, _ usage: TokenUsage, costUsd: Double?) {
        guard let known = self[model] else { return self[model] = ModelShare(model: model, usage: usage, costUsd: costUsd) }
        let sum: Double? = if let costUsd, let before = known.costUsd { before + costUsd } else { nil }
        self[model] = ModelShare(model: model, usage: known.usage + usage, costUsd: sum)
    }
}

extension TurnResult.Usage {
    fileprivate var tokens: TokenUsage {
        TokenUsage(
            input: Believable.count(inputTokens), cacheWrite: Believable.count(cacheCreationInputTokens),
            cacheRead: Believable.count(cacheReadInputTokens), output: Believable.count(outputTokens))
    }
}

extension ModelUsage {
    fileprivate var tokens: TokenUsage {
        TokenUsage(
            input: Believable.count(inputTokens), cacheWrite: Believable.count(cacheCreationInputTokens),
            cacheRead: Believable.count(cacheReadInputTokens), output: Believable.count(outputTokens))
    }
}

import FoundationEssentials
import JSON
import Orchestration

extension TurnReader {
    package func conclusion(exit: AgentExit, stopped: StopCause?, errorTail: String) -> TurnConclusion {
        let end = end(exit: exit, stopped: stopped, errorTail: errorTail)
        var account = account
        account.turnCostUsd = turnCostUsd
        var models = models
        if !unsettled.isEmpty {
            account.usage = account.usage + unsettled.tokens
            account.turnCostUsd = (turnCostUsd ?? 0) + unsettled.costUsd
            for share in unsettled.shares { models.add(share.model, share.usage, costUsd: share.costUsd) }
        }
        models.add(unsettled.requests)
        if !models.isEmpty { account.models = models.values.sorted { $0.model < $1.model } }
        return TurnConclusion(
            end: end, account: account, sessionExists: sessionExists(after: end, errorTail: errorTail), turnCostUsd: account.turnCostUsd,
            malformedLines: malformedLines)
    }

    private func end(exit: AgentExit, stopped: StopCause?, errorTail: String) -> TurnEnd {
        if let report {
            do { return .reported(try report.text()) } catch { return .failed("the report could not be written as JSON: \(error)") }
        }
        // A credential that is known to be at fault says more than that the process was ended because of it.
        if let fault = credentialFault(stopped: stopped) { return .credential(fault) }
        if let stopped, result == nil || resultIsAbort || resultIsHeldBack { return .stopped(stopped) }
        guard let result else { return endWithoutResult(exit: exit, errorTail: errorTail) }
        switch result.subtype {
        case "error_max_structured_output_retries": return .unfit(result.errors ?? [])
        case "error_max_budget_usd": return .overBudget
        default: break
        }
        if sessionIsMissing { return .sessionMissing }
        guard result.isError == true || result.apiErrorStatus != nil else { return .silent }
        if isProvidersFault(result) { return .provider(message(of: result)) }
        return .failed(message(of: result))
    }

    /// What speaks against the credential: the final failure if there is a result, the last retry if the process was ended before.
    private func credentialFault(stopped: StopCause?) -> CredentialFault? {
        guard let result, !resultIsAbort else {
            if let rejection, stopped?.letsStepFinish ?? true { return exhausted(rejection, message: "a usage window is used up") }
            return refusals > 0 ? lastRetry.map { .refused(message: $0.refusalWords) } : nil
        }
        guard result.isError == true || result.apiErrorStatus != nil else { return nil }
        switch (apiFailure, result.apiErrorStatus) {
        case ("billing_error", _), (_, 402): return .unpaid(message: message(of: result))
        case ("authentication_failed", _), (_, 401), (_, 403): return .refused(message: message(of: result))
        case (_, 429): return exhausted(rejection, message: message(of: result))
        default: return nil
        }
    }

    private func exhausted(_ limit: RateLimit?, message: String) -> CredentialFault {
        .exhausted(
            resetsAt: limit?.resetsAt, message: limit?.window.map { "\(message) (window \($0))" } ?? message, family: limit?.family)
    }

    private func isProvidersFault(_ result: TurnResult) -> Bool {
        if let status = result.apiErrorStatus { return status >= 500 || status == 408 }
        return result.apiError == "connection_failed" || apiFailure == "server_error" || apiFailure == "overloaded"
    }

    private func endWithoutResult(exit: AgentExit, errorTail: String) -> TurnEnd {
        let how =
            switch exit {
            case .code(let code): "ended with exit code \(code)"
            case .signal(let signal): "was ended by signal \(signal)"
            case .unknown: "ended, and nobody saw how,"
            }
        let tail = Activity.bounded(String(errorTail.suffix(600)), to: 600)
        return .failed("the agent's process \(how) before it gave a result" + (tail.isEmpty ? "" : "; its last words: \(tail)"))
    }

    /// The CLI found no conversation of that id, which it says before it starts anything.
    private var sessionIsMissing: Bool {
        guard let result, start == nil, result.subtype == "error_during_execution" else { return false }
        return result.errors?.contains { $0.hasPrefix("No conversation found") } ?? false
    }

    /// The result of a turn that was interrupted rather than done.
    var resultIsAbort: Bool {
        result?.subtype == "error_during_execution" && result?.terminalReason?.hasPrefix("aborted") == true
    }

    /// The result of a turn whose next request a hook has prevented (see `StepHook`).
    private var resultIsHeldBack: Bool {
        guard let result, result.isError != true else { return false }
        // A prompt or message that was held back comes to a result of its own, of no request at all.
        return ["hook_stopped", "stop_hook_prevented"].contains(result.terminalReason) || result.numTurns == 0
    }

    private func sessionExists(after end: TurnEnd, errorTail: String) -> Bool {
        if end == .sessionMissing { return false }
        // Resuming a conversation that the provider finds too large fails every time.
        if result?.terminalReason == "prompt_too_long" || result?.apiErrorStatus == 413 { return false }
        // The CLI refuses a new session under an id that it knows, with these words on standard error and nothing else.
        let idIsTaken = start == nil && errorTail.contains("Session ID") && errorTail.contains("is already in use")
        return resuming || start != nil || idIsTaken
    }

    /// Its words, a few times as many as are kept of them: secrets are still in them, and have to be taken out while they are whole.
    private func message(of result: TurnResult) -> String {
        let texts = [result.result] + (result.errors ?? [])
        let text = texts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "; ")
        let status = result.apiErrorStatus.map { "API status \($0): " } ?? ""
        return status + (text.isEmpty ? result.terminalReason ?? "no reason given" : Activity.bounded(text, to: 2_000))
    }
}

extension [String: ModelShare] {
    /// Adds the single requests to what the models have taken as a whole.
    ///
    /// The CLI's account can know a model by a longer name (with a date, or its context) than the model's messages do.
    fileprivate mutating func add(_ requests: [String: [RequestShare]]) {
        for (model, requests) in requests {
            let alike = keys.filter { $0.hasPrefix(model) || model.hasPrefix($0) }
            guard let name = self[model] != nil ? model : alike.count == 1 ? alike.first : nil else { continue }
            let known = self[name]?.requests ?? []
            self[name]?.requests = known + requests
        }
    }
}

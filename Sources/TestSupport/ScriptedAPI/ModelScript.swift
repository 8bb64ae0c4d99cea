/// Decides what the scripted API answers.
///
/// It is called for the steps of conversations only: the client's housekeeping requests get a harmless answer of the server's own.
/// Calls for different conversations come at the same time.
package protocol ModelScript: Sendable {
    /// The answer to a request.
    func reply(to request: ModelRequest) async -> ModelReply
}

/// A script that is a closure.
package struct ClosureScript: ModelScript {
    private let body: @Sendable (ModelRequest) async -> ModelReply

    package init(_ body: @escaping @Sendable (ModelRequest) async -> ModelReply) {
        self.body = body
    }

    package func reply(to request: ModelRequest) async -> ModelReply {
        await body(request)
    }
}

/// A script that takes the same steps in every turn of every conversation.
///
/// The step is found from the request alone, so that a repeated request gets the same answer. A turn that goes on after the last step
/// is told so by an error that names the script's length.
package struct SteppedScript: ModelScript {
    private let steps: [ModelReply]

    package init(_ steps: ModelReply...) {
        self.steps = steps
    }

    package func reply(to request: ModelRequest) async -> ModelReply {
        let step = request.assistantTurnsSinceLastUserPrompt
        guard steps.indices.contains(step) else {
            return .fault(
                .error(
                    status: 400, type: "invalid_request_error",
                    message: "The script has \(steps.count) steps; step \(step + 1) was asked for."))
        }
        return steps[step]
    }
}

/// A way in which the API, or the connection to it, fails.
package enum ModelFault: Sendable {
    /// An HTTP error with the API's error body.
    case error(status: Int, type: String, message: String, headers: [String: String] = [:])
    /// The stream of an answer ends in the middle: the connection is closed after this many events.
    case truncatedStream(blocks: [ContentBlock], afterEvents: Int)
    /// No answer at all, until the client goes away or the limit has passed; then the connection is closed.
    case hang(limit: Duration)
    /// The connection is reset before any answer.
    case connectionReset
    /// An answer that says it is an event stream and is not.
    case garbage

    /// Too many requests in too short a time: a pause is enough.
    ///
    /// - Parameter retryAfter: whole seconds to wait, if the API names a time.
    package static func rateLimited(retryAfter: Int? = nil) -> ModelFault {
        .error(
            status: 429, type: "rate_limit_error", message: "This request would exceed your rate limit.",
            headers: retryAfter.map { ["retry-after": String($0)] } ?? [:])
    }

    /// A subscription's limit is reached: nothing more until it resets.
    package static func usageLimitReached(_ limits: SubscriptionLimits) -> ModelFault {
        .error(
            status: 429, type: "rate_limit_error", message: "This request would exceed your account's rate limit. Please try again later.",
            headers: limits.headers)
    }

    /// The credential is not known.
    package static let authenticationFailed = error(status: 401, type: "authentication_error", message: "invalid x-api-key")

    /// The credential is known and not allowed to do this.
    package static let permissionDenied = error(
        status: 403, type: "permission_error", message: "Your API key does not have permission to use the specified resource.")

    /// The account has no money left.
    package static let creditTooLow = error(
        status: 400, type: "invalid_request_error",
        message: "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.")

    /// The API has more work than it can do.
    package static let overloaded = error(status: 529, type: "overloaded_error", message: "Overloaded")

    /// The API is broken.
    package static let serverError = error(status: 500, type: "api_error", message: "Internal server error")

    /// The conversation is longer than the model can read.
    package static let promptTooLong = error(
        status: 400, type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum")
}

/// What a running turn's structured output says about its credential.
package enum CredentialSignal: Sendable, Equatable {
    /// A request has to wait; the turn's own program tries again.
    case slowed(Throttle.Cause)
    /// How much of the subscription is used.
    case used([UsageWindow])
    /// It cannot be used on.
    case failed(CredentialFault)
}

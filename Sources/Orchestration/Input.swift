/// What reaches the decisions from outside.
package enum Input: Sendable {
    /// An engine has taken the run up.
    indirect case engineStarted(RunSettings)
    /// A person or a signal wants it to stand still; the text says who.
    case suspend(String)
    case effectFinished(EffectID, EffectResult)
    /// A look at origin showed where the target branch stands.
    case baseObserved(BaseFacts)
    /// A person brings branches to be merged.
    case branchesOffered([BranchOffer])
    /// The Director has been shown this version of the direction.
    case directionShown(ObjectID?)
    /// A person wants something.
    indirect case ordered(Order)
    /// The agent's CLI has acknowledged the message that it knows by this UUID.
    case messageReceived(TurnID, uuid: String, MessageReceipt)
    /// A running turn's output says something about its credential.
    case credentialSignal(TurnID, CredentialSignal)
    /// A running turn gets nowhere.
    case turnStuck(TurnID, StuckCause)
    /// A running turn has taken all that it may take of this and is not ended by the agent's program.
    case turnTookAll(TurnID, SpendingMeasure)
    /// A running turn has taken a further part of what it may take, in US dollars or tokens.
    case turnTook(TurnID, SpendingMeasure, Double)
    /// What the machine has left of its memory, looked at when a turn begins or ends.
    case memorySeen(availableMiB: Int, totalMiB: Int)
    /// The disk has too little room for the run to go on; the text says how little.
    case diskShort(String)
    /// A deadline has come.
    case clock
}

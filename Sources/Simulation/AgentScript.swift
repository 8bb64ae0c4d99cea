import Orchestration

/// What an agent is going to do in a turn, fixed when its process starts: an agent knows what it was told then, and nothing of what happens
/// meanwhile.
struct AgentScript: Sendable {
    enum Work: Sendable, Equatable {
        /// Nothing is committed.
        case nothing
        /// Changes of its own.
        case changes(Int)
        /// Another branch is brought in; a cure mends what is red in the result.
        case joining(ObjectID, cures: Bool)
    }

    /// Milliseconds after which it ends by itself; `nil` when it never does.
    var milliseconds: Int64?
    var end: TurnEnd
    var work: Work = .nothing
    var costUsd: Double
    /// Whether the CLI says what this turn cost; otherwise only what its session cost so far.
    var saysTurnCost = true
    var usage = TokenUsage(input: 100, cacheRead: 9000, output: 500)
    var sessionExists = true
    var objection: String?
    var leavesUncommitted = false
    /// Files that it changes: what its task claims, and what it should not touch.
    var files: [String] = []
    /// Whether its change makes the gate red.
    var breaksGate = false
    /// When somebody who watches it would say that it gets nowhere. Every way in which a running turn can be seen to be stuck is here.
    var stuck: (after: Int64, cause: StuckCause)?
    /// What gets it going again when it is stuck; `nil` when nothing said to it does.
    var helps: Nudge?
    /// Milliseconds that it then needs to its end.
    var recovery: Int64 = 0
}

/// What has to hold in every run, whatever the world does. A failure names the rule that it breaks, so that a smaller run that breaks the same
/// rule can be looked for.
package enum Rule: String, CaseIterable, Sendable, Codable {
    case baseIsVerified = "a branch moves only to a tree with a green verdict"
    case quickDecidesNothing = "what the quick gate says publishes nothing"
    case baseMovesForward = "the base branch only moves forward"
    case noCommitLost = "no commit of an agent is lost"
    case intendedFirst = "an effect is begun only when its intention is durable"
    case doneOnce = "an effect is done once, however often it is tried"
    case foldIsState = "the events fold to the state"
    case headsAgree = "the state's heads are the repository's"
    case turnsMatch = "every turn belongs to one agent, one session and one effect"
    case oneProcess = "a turn has one process, and an agent one turn"
    case staleIsIgnored = "what a stale generation says changes nothing"
    case nothingRunsAtRest = "a run that waits has no process and costs nothing"
    case suspendedIsStill = "nothing begins while the run is suspended"
    case credentialUsable = "no request is made with a benched or rejected credential"
    case credentialLimited = "a credential carries no more turns than it may, and what matters more has a place"
    case overageFinishes = "for money beside a subscription what is under way is finished, and nothing new is begun"
    case sessionContinues = "a turn whose credential failed goes on in its session"
    case isBounded = "queues, prompts and decisions are bounded"
    case isRepeatable = "the same state and input give the same decision, also from a snapshot"
    case idsAreUnique = "no id is given out twice"
    case tasksHold = "tasks are where their state says"
    case messagesArrive = "what a person says is read once, or it is told why it was not"
    case questionsEnd = "a question is settled once, by a person or when its time is over"
    case approvalsHold = "what needs a person's approval has it"
    case workersAreFew = "no more workers work than a person has set"
    case settledOnce = "what is over stays over, until a person wants it begun anew"
    case planIsKept = "a task begins after those it depends on"
    case queueHolds = "queues and pending effects say the same"
    case queueMoves = "no queue stands still"
    case oneMends = "a failure that is nobody's doing is sent to one author, and to nobody else while that one is at it"
    case noDeadlock = "the run always waits for something that will come"
    case nobodyIdles = "nobody is idle who could work"
    case holdsEnd = "a task is held back only by work that is about to land, and never longer than the bound"
    case forecastHolds = "the forecast is about branches that are under way, and is bounded"
    case nothingLeftBehind = "what was approved is integrated when the run ends"
    case budgetsHold = "no ceiling is passed by more than a turn, and what is said of it is true"
    case booksBalance = "the ledger holds every turn's cost once"
    case restsAreTrue = "what is no working time was a wait for the provider, and bounded"
    case endsInTime = "every run ends, with a reason"
    case endIsTrue = "the end's reason is true"
}

/// A rule that did not hold, with what was seen.
package struct Violation: Error, Sendable, Equatable, CustomStringConvertible {
    package var rule: Rule
    package var detail: String

    package init(_ rule: Rule, _ detail: String) {
        self.rule = rule
        self.detail = detail
    }

    package var description: String { "broken: \(rule.rawValue)\n  \(detail)" }
}

import FoundationEssentials
import Orchestration

/// A kind of agent that cco can run: how its process is started for a turn, and how its output is read.
///
/// Both halves are pure, so the same code serves a real process, a recorded one and a simulated one.
package protocol AgentBackend: Sendable {
    /// The process that carries out `order`.
    func invocation(for order: TurnOrder) -> Invocation

    /// The lines by which the process is told something while it works; `nil` when its kind cannot be told anything.
    func input(for message: Message) -> String?

    /// The file that keeps the process of a turn from asking the model again once it is there, and ends the turn when what it is doing is done; `nil` when its
    /// kind cannot be held back.
    func hold(in turnDirectory: String) -> Invocation.File?

    /// A reader for that process's output, at its beginning.
    func reader(for order: TurnOrder) -> any TurnReading

    /// The path of a session's stored conversation below the program's configuration folder, part by part; `nil` stands for a folder of any name.
    func conversation(of session: String) -> [String?]
}

extension AgentBackend {
    package func input(for message: Message) -> String? { nil }

    package func hold(in turnDirectory: String) -> Invocation.File? { nil }
}

/// Reads one turn's output, line by line and then its exit, and says how the turn ended.
///
/// It is `Codable` so that the next engine can go on where this one stopped: a reader that was written down and read back takes the lines that
/// follow just as if it had taken all of them. What is written down counts only for the very program that wrote it, so its form may change freely.
package protocol TurnReading: Codable, Sendable {
    /// Takes the next line of standard output, without its newline.
    mutating func take(_ line: Data) -> Observation

    /// The same for a line that is part of a larger piece, which need not be copied to be read.
    mutating func take(_ line: ArraySlice<UInt8>) -> Observation

    /// The tokens that the turn has taken so far, as far as its output says: what the model wrote last may be counted in part only.
    var tokensSoFar: Int { get }

    /// How many answers of a model the turn has had so far.
    var answersSoFar: Int { get }

    /// What the turn has cost so far in US dollars, by list prices where the agent's program has not said it yet; `nil` when that is not known.
    var costSoFar: Double? { get }

    /// Whether lines of the conversation that the agent's program has stored have something to add: what each request took, and what the
    /// turn cost where it ended without an account.
    var needsConversation: Bool { get }

    /// Takes a line of the stored conversation. Lines of earlier turns may be among them, and count for nothing.
    mutating func take(stored line: Data)

    /// Says how the turn ended. `stopped` is cco's own reason for ending the process, if it did; `errorTail` is the last part of
    /// standard error.
    func conclusion(exit: AgentExit, stopped: StopCause?, errorTail: String) -> TurnConclusion
}

extension TurnReading {
    package var answersSoFar: Int { 0 }

    package var costSoFar: Double? { nil }

    package mutating func take(_ line: ArraySlice<UInt8>) -> Observation { take(Data(line)) }
}

/// What one line of output means to those who watch the turn.
package struct Observation: Sendable, Equatable {
    /// Readable lines for the log, each bounded in length, which is a few times what the log shows of one: secrets are still in them, and have
    /// to be taken out while they are whole. One that was cut ends with an ellipsis.
    package var activity: [String]
    /// Set when waiting for the process to end by itself is pointless: end it and take the conclusion.
    package var giveUpEarly: CredentialFault?
    /// Set when the provider said how much of a usage window is used.
    package var rateLimit: RateLimit?
    /// Set when a request failed and has to wait; the program tries again by itself.
    package var slowdown: Throttle.Cause?
    /// Set when the line could not be read; the turn goes on.
    package var problem: String?
    /// What the line says about whether the agent gets on.
    package var progress: [ProgressMark]
    /// What the line says about messages to the agent.
    package var receipts: [Receipt]
    /// Set when the agent rests: it does nothing more until it is told something, and ends when its input ends.
    package var rest: Rest?

    /// The acknowledgement of a message, by the UUID that the CLI knows it by.
    package struct Receipt: Codable, Sendable, Equatable {
        package var uuid: String
        package var kind: MessageReceipt

        package init(uuid: String, kind: MessageReceipt) {
            self.uuid = uuid
            self.kind = kind
        }
    }

    /// Why an agent rests.
    package enum Rest: String, Codable, Sendable {
        /// It has given its result.
        case done
        /// What it did was broken off; a message tells it how to go on.
        case brokenOff
    }

    package init(
        activity: [String] = [], giveUpEarly: CredentialFault? = nil, rateLimit: RateLimit? = nil, problem: String? = nil,
        progress: [ProgressMark] = [], receipts: [Receipt] = [], rest: Rest? = nil
    ) {
        self.receipts = receipts
        self.rest = rest
        self.progress = progress
        self.activity = activity
        self.giveUpEarly = giveUpEarly
        self.rateLimit = rateLimit
        self.problem = problem
    }
}

/// How an agent's process ended.
package enum AgentExit: Sendable, Equatable {
    case code(Int32)
    case signal(Int32)
    /// The process is known to be gone, and nobody saw how (its supervisor died as well).
    case unknown
}

/// What the reader makes of a whole turn.
package struct TurnConclusion: Sendable, Equatable {
    package var end: TurnEnd
    package var account: TurnAccount
    /// Whether the session can be resumed. `false` also when it exists and has grown too long for the model: a new one has to be started.
    package var sessionExists: Bool
    /// What this turn alone cost in US dollars, where the CLI says so. Exact where the session's running total is not: the CLI starts
    /// that total again from zero when another session ran in the same folder in between.
    package var turnCostUsd: Double?
    /// Lines that could not be read.
    package var malformedLines: Int

    package init(
        end: TurnEnd, account: TurnAccount = TurnAccount(), sessionExists: Bool, turnCostUsd: Double? = nil, malformedLines: Int = 0
    ) {
        self.end = end
        self.account = account
        self.sessionExists = sessionExists
        self.turnCostUsd = turnCostUsd
        self.malformedLines = malformedLines
    }
}

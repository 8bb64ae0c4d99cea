/// What is done about a running turn that gets nowhere, from the mildest on. After the last one the turn is stopped.
package enum Nudge: Int, Codable, Sendable, Comparable {
    /// The agent is told, and reads it when its tool has ended.
    case message
    /// What it does is broken off, and it is told.
    case interruption

    package static func < (left: Nudge, right: Nudge) -> Bool { left.rawValue < right.rawValue }

    /// The mildest one that can work: while a tool or a request hangs no message is read.
    static func first(for cause: StuckCause) -> Nudge {
        switch cause {
        case .silent, .failingTool: .message
        case .hungTool, .hungRequest: .interruption
        }
    }

    /// What the agent is told: what was seen, and what to do now. Short, because it comes in the middle of work.
    func text(about cause: StuckCause) -> String {
        switch (self, cause) {
        case (.message, .failingTool(let name, let times)):
            """
            Message from cco, which watches over this run: the same call of \(name) has failed \(times) times in a row. Do not make it again. Read its \
            last error word for word, find out which of your assumptions it contradicts (does the path exist, is the text really there, is the \
            program installed?), and take another way. If there is none, leave that part out and say so in your report. Then go on with your task.
            """
        case (.message, _):
            """
            Message from cco, which watches over this run: \(cause.wordsToIt). Take the next step of your task now; if you are done, or cannot go on, \
            return your report.
            """
        case (.interruption, .hungTool):
            """
            Message from cco, which watches over this run: \(cause.wordsToIt), so I broke it off and ended its processes. It may have done a part of \
            its work: look before you go on, and do not start the same thing again as it was. Give it a time limit that fits (timeout 300 …) and no \
            input to wait for (</dev/null). A server goes into the background with a time limit, and you end it. Or leave that step out. You are not \
            asked to stop: continue your task from where you stand.
            """
        case (.interruption, .failingTool(let name, _)):
            """
            Message from cco, which watches over this run: you were told, and \(cause.wordsToIt) since then. I broke off what you were doing. Do not use \
            \(name) in that way again. Say in one sentence what you wanted to reach with it, and reach it by other means, or leave that part out and \
            say so in your report. You are not asked to stop: continue your task.
            """
        case (.interruption, .hungRequest):
            """
            Message from cco, which watches over this run: \(cause.wordsToIt), so I broke the request off; nothing that you did is undone. Go on with your \
            task in smaller steps: short answers, and large files written piece by piece.
            """
        case (.interruption, .silent):
            """
            Message from cco, which watches over this run: \(cause.wordsToIt), and a message has not changed that. Look at where you stand and take the \
            next step of your task now; if you are done, or cannot go on, return your report.
            """
        }
    }
}

extension StuckCause {
    /// What an agent is to do when it goes on after it was stopped.
    var advice: String {
        switch self {
        case .silent: "take the next step now"
        case .hungTool: "use commands that end by themselves"
        case .failingTool: "find another way"
        case .hungRequest: "go on in smaller steps"
        }
    }

    /// What was seen, as it is told to the agent itself in the middle of its turn.
    fileprivate var wordsToIt: String {
        switch self {
        case .silent(let minutes): "nothing has come from you for \(Self.time(minutes)), and nothing of yours is running"
        case .hungTool(let name, let minutes): "your call of \(name) had been running for \(Self.time(minutes))"
        case .failingTool(let name, let times): "the same call of \(name) has failed \(times) times more"
        case .hungRequest(let minutes): "the model's answer had not come for \(Self.time(minutes))"
        }
    }
}

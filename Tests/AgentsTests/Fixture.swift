import Foundation
import Orchestration

@testable import Agents

/// Lines that a real CLI wrote, recorded against a scripted Messages API.
enum Fixture {
    private static var folder: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures") }

    static func lines(_ name: String) throws -> [Data] {
        try Data(contentsOf: folder.appending(path: "\(name).ndjson")).split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }

    /// The lines of the session's conversation, as the CLI stores them, that go with a recording.
    static func conversation(_ name: String) throws -> [Data] {
        try Data(contentsOf: folder.appending(path: "Conversations/\(name).jsonl")).split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".ndjson") }.map { String($0.dropLast(7)) }
    }

    /// Reads a whole recording and then the exit.
    static func conclude(
        _ name: String, conversation: String? = nil, resuming: Bool = false, exit: AgentExit = .code(1), stopped: StopCause? = nil,
        errorTail: String = ""
    ) throws -> TurnConclusion {
        conclude(
            try lines(name), stored: try conversation.map { try self.conversation($0) } ?? [], resuming: resuming, exit: exit,
            stopped: stopped, errorTail: errorTail)
    }

    static func conclude(
        _ lines: [Data], stored: [Data] = [], resuming: Bool = false, exit: AgentExit = .code(1), stopped: StopCause? = nil,
        errorTail: String = ""
    ) -> TurnConclusion {
        var reader = TurnReader(resuming: resuming)
        for line in lines { _ = reader.take(line) }
        for line in stored where reader.needsConversation { reader.take(stored: line) }
        return reader.conclusion(exit: exit, stopped: stopped, errorTail: errorTail)
    }
}

extension TurnEnd {
    /// Just the case, for comparisons that do not care about the words.
    var kind: String {
        switch self {
        case .reported: "reported"
        case .silent: "silent"
        case .unfit: "unfit"
        case .credential(.exhausted): "exhausted"
        case .credential(.refused): "refused"
        case .credential(.unpaid): "unpaid"
        case .provider: "provider"
        case .overBudget: "overBudget"
        case .sessionMissing: "sessionMissing"
        case .stopped: "stopped"
        case .failed: "failed"
        }
    }
}

import Foundation
import Observability
import Orchestration
import Synchronization

/// A folder of its own for one test, with a clock that moves one millisecond a reading.
final class LogFixture: Sendable {
    let directory: String
    private let now = Mutex(Int64(1_795_342_503_123))

    init() throws {
        var template = Array("\(NSTemporaryDirectory())log-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // A left-over folder in the temporary directory is no failure of the test.
        try? FileManager.default.removeItem(atPath: directory)
    }

    @Sendable func clock() -> Timestamp {
        now.withLock { now in
            defer { now += 1 }
            return Timestamp(milliseconds: now)
        }
    }

    func create(budget: LogBudget = LogBudget(), secrets: [Secret] = []) throws -> RunLog {
        try RunLog.create(in: directory + "/logs", redactor: Redactor(secrets: secrets), budget: budget, clock: clock)
    }

    static func lines(_ path: String) throws -> [String] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard text.isEmpty || text.hasSuffix("\n") else { throw CocoaError(.fileReadCorruptFile) }
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    static func combined(_ log: RunLog) throws -> [String] { try lines(log.folder + "/combined.log") }
    static func events(_ log: RunLog) throws -> [LogEvent] {
        try lines(log.folder + "/events.jsonl").map { try JSONDecoder().decode(LogEvent.self, from: Data($0.utf8)) }
    }

    static func permissions(_ path: String) throws -> Int {
        try (FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

/// A line of `events.jsonl` as a program reads it.
struct LogEvent: Codable, Hashable {
    var time: String
    var kind: String
    var source: String?
    var level: String?
    var message: String?
    var fields: [String: String]?
    var agent: String?
    var turn: String?
    var text: String?
}

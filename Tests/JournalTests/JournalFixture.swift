import Foundation
import Journal
import Orchestration

/// A folder of its own for one test, and journals in it.
final class JournalFixture {
    let parent: String
    var folder: String { parent + "/run" }
    var path: String { folder + "/" + Journal.fileName }

    init() throws {
        var template = Array("\(NSTemporaryDirectory())journal-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        parent = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // A left-over folder in the temporary directory is no failure of the test.
        try? FileManager.default.removeItem(atPath: parent)
    }

    static let identity = JournalIdentity(run: "run-1", created: Timestamp(milliseconds: 1_000), version: "1.2.3")

    func open(identity: JournalIdentity = JournalFixture.identity, sizeLimit: Int? = nil) throws -> Journal {
        try Journal(folder: folder, identity: identity, sizeLimit: sizeLimit)
    }

    /// What a power failure would leave: the files as they are now, taken while the journal is open. `logBytes` cuts the log.
    func copy(to name: String, logBytes: Int? = nil) throws -> String {
        let target = parent + "/" + name
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: path, toPath: target + "/" + Journal.fileName)
        var log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        if let logBytes { log = log.prefix(logBytes) }
        try log.write(to: URL(fileURLWithPath: target + "/" + Journal.fileName + "-wal"))
        return target
    }

    static func record(_ number: Int, size: Int = 40) -> JournalRecord {
        let text = #"{"n":\#(number),"pad":""#
        let pad = String(repeating: "x", count: max(0, size - text.utf8.count - 2))
        return JournalRecord(
            time: Timestamp(milliseconds: Int64(number)), kind: number.isMultiple(of: 2) ? "even" : "odd",
            body: Array((text + pad + "\"}").utf8))
    }

    static func records(_ numbers: Range<Int>, size: Int = 40) -> [JournalRecord] {
        numbers.map { record($0, size: size) }
    }

    /// The error that `body` throws, if it is the journal's.
    static func error(_ body: () throws -> Void) -> JournalError? {
        do {
            try body()
            return nil
        } catch {
            return error as? JournalError
        }
    }

    static func permissions(_ path: String) throws -> Int {
        try (FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

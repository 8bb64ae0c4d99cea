import Foundation
import Testing

@testable import Merging

@Suite("A gate's log, cut to what matters")
struct GateLogTests {
    private func excerpt(_ lines: [String]) throws -> String { try read(lines).text }

    private func read(_ lines: [String]) throws -> GateLog.Excerpt {
        let path = FileManager.default.temporaryDirectory.appending(path: "cco-log-\(UUID().uuidString)").path
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }  // In the temporary folder.
        return try GateLog.excerpt(of: path)
    }

    private let noise = (1...2_000).map { "compiling file number \($0)" }

    @Test("of a long log the first failure is shown with what is around it, and the end")
    func both() throws {
        let text = try excerpt(noise + ["src/a.c:7: error: no such thing", "    7 | thing();"] + noise + ["make: *** [all] Error 1"])
        #expect(
            text.hasPrefix(
                "The first failure, at line 2001:\ncompiling file number 1999\ncompiling file number 2000\nsrc/a.c:7: error: no such thing\n    7 | thing();\n"
            ))
        #expect(text.hasSuffix("make: *** [all] Error 1\n"))
        #expect(text.utf8.count < 10_000)
    }

    @Test("a short log is shown whole, and one without a failure by its end")
    func end() throws {
        #expect(try excerpt(["one", "error: two"]) == "one\nerror: two\n")
        let text = try excerpt(noise + ["12 passed, 0 failed"] + noise)
        #expect(!text.contains("The first failure") && text.hasSuffix("compiling file number 2000\n"))
    }

    @Test("of a last line that is longer than all that is shown, its end is shown")
    func longLastLine() throws {
        let text = try excerpt(["first", String(repeating: "x", count: 20_000) + " the reason"])
        #expect(text.hasPrefix("…\nx") && text.hasSuffix("x the reason\n"))
    }

    @Test("a failure in a log of few bytes and many lines is shown although it stands before the end")
    func manyShortLines() throws {
        let log = try read(["ok", "not ok 2"] + (1...300).map { "ok \($0)" })
        #expect(log.text.hasPrefix("The first failure, at line 2:\nok\nnot ok 2\nok 1\n"))
        #expect(log.text.hasSuffix("The end:\n…\n" + (222...300).map { "ok \($0)\n" }.joined()))
        #expect(log.failure == "not ok 2")
    }

    @Test("the line with the failure is told, also of a failure in the last line, and ten failed are bad news although none are good")
    func failure() throws {
        #expect(try read(["ran 10 tests, 10 failed"]).failure == "ran 10 tests, 10 failed")
        #expect(try read(["ran 10 tests, 0 failed"]).failure == nil)
        #expect(try read(noise + ["FAILED: the last"]).failure == "FAILED: the last")
        #expect(try read(["fine"]).failure == nil)
    }

    @Test("a failure behind megabytes of a build's output is found in the last part, without a number that nobody has counted")
    func late() throws {
        let build = (1...60).flatMap { _ in noise }
        let log = try read(build + ["test_total: FAILED (1 != 2)"] + noise)
        #expect(log.failure == "test_total: FAILED (1 != 2)")
        #expect(log.text.hasPrefix("The first failure in the last part:\ncompiling file number 1999\n"), "\(log.text.prefix(200))")
    }

    @Test("a line without end is cut")
    func long() throws {
        let text = try excerpt(["test failed: " + String(repeating: "x", count: 100_000)] + noise)
        #expect(text.contains("The first failure, at line 1:\ntest failed: xxx") && text.utf8.count < 10_000)
    }
}

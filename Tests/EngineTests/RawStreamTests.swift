import Foundation
import Observability
import Testing

@testable import Engine

@Suite("Copies of raw output")
struct RawStreamTests {
    @Test("secrets are replaced, also one that lies across two pieces")
    func secrets() throws {
        let folder = try TemporaryFolder()
        let secret = "s3cret-of-the-service"
        let filler = String(repeating: "x", count: 128 << 10)
        try folder.write("a \(secret)\n\(filler.dropLast(10 + secret.utf8.count))\(secret) end\n", to: "stdout")
        let target = folder.path + "/log/copy.ndjson"
        let redactor = Redactor(secrets: [Observability.Secret(name: "service", value: secret)])
        try RawStream.copyRedacted(from: folder.path + "/stdout", to: target, redactor: redactor)
        let text = try String(contentsOfFile: target, encoding: .utf8)
        #expect(!text.contains("of-the-service") && text.hasSuffix(" end\n"))
        #expect(text.components(separatedBy: "<redacted:service>").count == 3)
    }

    @Test("of an output over the limit the beginning is kept, and a last line says so; one within it is whole")
    func limit() throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "line\n", count: 200_000), to: "stdout")
        for (limit, isCut) in [(Int64(500_000), true), (1_000_000, false)] {
            let target = folder.path + "/log/copy-\(limit).ndjson"
            try RawStream.copyRedacted(from: folder.path + "/stdout", to: target, redactor: Redactor(secrets: []), limit: limit)
            let notice = isCut ? "\n[cut by cco: the output is longer than \(limit) bytes]\n" : ""
            let text = try String(contentsOfFile: target, encoding: .utf8)
            #expect(text.utf8.count == Int(limit) + notice.utf8.count)
            #expect(text.hasPrefix("line\nline\n") && text.hasSuffix(isCut ? notice : "line\n"))
        }
    }

    @Test("an output that grows is copied as it grows, with its secrets replaced wherever it was cut, and whole at its end")
    func growing() async throws {
        let folder = try TemporaryFolder()
        let (source, target) = (folder.path + "/stdout", folder.path + "/log/copy.ndjson")
        let redactor = Redactor(secrets: [Observability.Secret(name: "service", value: "s3cret-of-the-service")])
        let copy = RedactedCopy(from: source, to: target, redactor: redactor)
        try folder.write("", to: "stdout")
        let file = try #require(FileHandle(forWritingAtPath: source))
        var size = 0
        for number in 0..<8 {
            // Cut within the secret.
            let piece = (number == 0 ? "" : "of-the-service\n") + String(repeating: "line\n", count: 20_000) + "s3cret-"
            try file.write(contentsOf: Data(piece.utf8))
            size += piece.utf8.count
            copy.reached(Int64(size))
        }
        try file.write(contentsOf: Data("of-the-service\nend\n".utf8))
        try await copy.finish()
        let text = try String(contentsOfFile: target, encoding: .utf8)
        #expect(text.components(separatedBy: "<redacted:service>").count == 9 && !text.contains("s3cret"))
        #expect(text.components(separatedBy: "line\n").count == 160_001 && text.hasSuffix("\nend\n"))
    }

    @Test("what is too short to begin with is copied at its end; a copy that cannot be made fails there")
    func short() async throws {
        let folder = try TemporaryFolder()
        try folder.write("one\n", to: "stdout")
        let target = folder.path + "/log/copy.ndjson"
        let copy = RedactedCopy(from: folder.path + "/stdout", to: target, redactor: Redactor(secrets: []))
        copy.reached(4)
        try await copy.finish()
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "one\n")
        let missing = RedactedCopy(from: folder.path + "/nowhere", to: target, redactor: Redactor(secrets: []))
        missing.reached(1 << 30)
        await #expect(throws: (any Error).self) { try await missing.finish() }
    }
}

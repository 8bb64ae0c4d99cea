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
}

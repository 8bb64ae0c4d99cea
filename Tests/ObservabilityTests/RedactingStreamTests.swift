import Foundation
import Observability
import Testing

@Suite("Redacting stream")
struct RedactingStreamTests {
    /// Something of everything that can be cut in two.
    private static let text: [UInt8] = {
        let encoded = Data("ab\(RedactorTests.key)c".utf8).base64EncodedString()
        let folded = encoded.prefix(30) + "\r\n" + encoded.dropFirst(30).prefix(30) + "\\n" + encoded.dropFirst(60)
        return Array(
            """
            a \(RedactorTests.key) b hunter22 \(folded) p\\"a\\\\ss/wörd & more+1 https://me:pw@host/x://y \
            Bearer abc.def-0123456789abcdef Bearer \(RedactorTests.key) ghp_0123456789abcdefghijABCDEF x\\nsk-ant-oat01-AbCdEfGh_ \
            \(RedactorTests.key.suffix(20))hunter2 task-ant-hill-worker common hunter
            """.utf8)
    }()
    private static let whole = RedactorTests.redactor.redacted(text)

    @Test("the result is the same wherever the text is cut in two")
    func twoPieces() {
        #expect(!String(decoding: Self.whole, as: UTF8.self).contains("api03"))
        for cut in 0...Self.text.count {
            var stream = RedactingStream(RedactorTests.redactor)
            let output = stream.append(Self.text[..<cut]) + stream.append(Self.text[cut...]) + stream.finish()
            #expect(output == Self.whole, "cut at \(cut)")
        }
    }

    @Test("the result is the same for pieces of any size", arguments: [1, 2, 3, 5, 7, 11, 64])
    func manyPieces(size: Int) {
        var stream = RedactingStream(RedactorTests.redactor)
        var output: [UInt8] = []
        for start in stride(from: 0, to: Self.text.count, by: size) {
            output += stream.append(Self.text[start..<min(start + size, Self.text.count)])
        }
        #expect(output + stream.finish() == Self.whole)
    }

    @Test("no part of a secret comes out before the rest of it is known")
    func nothingEarly() {
        var stream = RedactingStream(RedactorTests.redactor)
        #expect(stream.append(Array("see sk-ant-api03-Qm9ndXMta2V5".utf8)).starts(with: Array("see ".utf8)))
        var output = stream.append(Array(RedactorTests.key.utf8).dropFirst(25))
        output += stream.finish()
        #expect(!String(decoding: output, as: UTF8.self).contains("Qm9"))
    }

    @Test("what cannot be part of a secret does not wait")
    func prompt() {
        var stream = RedactingStream(RedactorTests.redactor)
        let text = Array("an ordinary line of output\n".utf8)
        #expect(stream.append(text).count >= text.count - 7)
    }

    @Test("a token without end is dropped to its end and not kept in memory")
    func endlessToken() {
        var stream = RedactingStream(RedactorTests.redactor)
        var output = stream.append(Array("x sk-ant-oat01-".utf8))
        for _ in 0..<100 { output += stream.append([UInt8](repeating: 0x61, count: 1_000)) }
        #expect(String(decoding: output, as: UTF8.self) == "x <redacted:anthropic-key>")
        output += stream.append(Array(" y".utf8)) + stream.finish()
        #expect(String(decoding: output, as: UTF8.self) == "x <redacted:anthropic-key> y")
    }

    @Test("credentials in a URL that are longer than is looked at are dropped to their end, wherever they are cut")
    func endlessCredentials() {
        let text = Array("see https://me:\(String(repeating: "Kw", count: 1_500))@host/x y".utf8)
        for size in [1, 7, 100, 1_027, 1_038, 1_039, 2_000] {
            var stream = RedactingStream(RedactorTests.redactor)
            var output: [UInt8] = []
            for start in stride(from: 0, to: text.count, by: size) { output += stream.append(text[start..<min(start + size, text.count)]) }
            output += stream.finish()
            #expect(String(decoding: output, as: UTF8.self) == "see https://<redacted:url-credentials>/x y", "pieces of \(size)")
        }
    }

    @Test("after its end the stream begins anew")
    func reuse() {
        var stream = RedactingStream(RedactorTests.redactor)
        _ = stream.append(Array("hunter".utf8))
        #expect(stream.finish() == Array("hunter".utf8))
        #expect(stream.append(Array("22".utf8)) + stream.finish() == Array("22".utf8))
    }
}

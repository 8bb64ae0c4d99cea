import Testing

@testable import Observability

/// The scan leaps over text; what it finds has to be what a look at every position finds.
@Suite("Redactor's scan")
struct RedactorScanTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    private static let secrets = [
        Secret(name: "key-1", value: RedactorTests.key), Secret(name: "password", value: RedactorTests.password),
        Secret(name: "short", value: "hunter22"), Secret(name: "plain", value: "wxyz-0123456789-abcdefghij-KLMNOP"),
    ]

    /// What may stand beside a secret: parts of secrets and shapes, and what is ordinary.
    private static let pieces: [[UInt8]] = {
        var pieces: [[UInt8]] = []
        for secret in secrets {
            pieces += [secret.value, Array(secret.value.prefix(18)), Array(secret.value.suffix(17)), Array(secret.value.prefix(9))]
        }
        pieces += SecretForm.all(of: secrets[0].value).map(\.bytes)
        pieces += TokenShape.all.map(\.prefix)
        let ordinary = [
            "://", "https://me:secret@host/", "a@b", "0123456789abcdef", "the beginning of a task", "\\n", "\n", "\"", " ", "é", "x",
        ]
        return pieces + ordinary.map { Array($0.utf8) }
    }()

    private func text(_ random: inout Random) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let piece = Self.pieces.randomElement(using: &random) ?? []
            text += piece.prefix(Int.random(in: 0...piece.count, using: &random))
            if Bool.random(using: &random) { text += piece }
            // Long stretches are gone through in several places at once.
            let ordinary = Int.random(in: 0...(random.next() % 16 == 0 ? 2_500 : 40), using: &random)
            text += (0..<ordinary).map { _ in UInt8.random(in: 0x20...0x7A, using: &random) }
        }
        return text
    }

    @Test("no position at which a secret or a token begins is passed over, and what is clean is not changed")
    func everyPosition() {
        let redactor = Redactor(secrets: Self.secrets)
        var random = Random(state: 7)
        for _ in 0..<3_000 {
            let bytes = text(&random)
            bytes.withUnsafeBytes { text in
                let expected = redactor.scanEveryPosition(text)
                #expect(redactor.redacted(bytes) == expected)
                #expect((redactor.cleanPart(of: text, from: 0, isFinal: true) == nil) == (expected != bytes))
            }
        }
    }

    @Test("text that comes in pieces of any size is redacted as the whole", arguments: [1, 2, 7, 8, 9, 64, 300])
    func pieces(size: Int) throws {
        let redactor = Redactor(secrets: Self.secrets)
        var random = Random(state: UInt64(size))
        for _ in 0..<300 {
            let bytes = text(&random) + text(&random)
            var stream = RedactingStream(redactor)
            var output: [UInt8] = []
            var rest = bytes[...]
            var count = 0
            repeat {
                count = try stream.pass(size) { buffer in
                    let piece = rest.prefix(size)
                    buffer.copyBytes(from: piece)
                    rest = rest.dropFirst(size)
                    return piece.count
                } write: {
                    output += $0
                }
            } while count > 0
            output += stream.finish()
            #expect(output == redactor.redacted(bytes))
        }
    }
}

extension Redactor {
    /// As ``redacted(_:)`` without leaps: asks at every position.
    fileprivate func scanEveryPosition(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        var (position, copied) = (0, 0)
        while position < text.count {
            guard case .replace(let start, let end, let replacement, _) = decide(text, at: position, isFinal: true) else {
                position += 1
                continue
            }
            output += text[copied..<start]
            output += replacement
            (position, copied) = (end, end)
        }
        output += text[copied...]
        return output
    }
}

/// Redacts text that comes in pieces, wherever it is cut: the result is the same as for the whole.
///
/// Holds back what could be the beginning of a secret: a few bytes as a rule, some times the length of the longest secret at most.
package struct RedactingStream: Sendable {
    /// Bytes before a position that decide whether a token can begin there.
    private static let context = 2

    private let redactor: Redactor
    private var buffer: [UInt8] = []
    private var handled = 0
    private var state = Redactor.ScanState()

    package init(_ redactor: Redactor) { self.redactor = redactor }

    /// Takes the next piece and returns what is now known to be free of secrets.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        buffer.append(contentsOf: bytes)
        return advance(isFinal: false)
    }

    /// Returns what was held back; the stream begins anew after it.
    package mutating func finish() -> [UInt8] {
        let output = advance(isFinal: true)
        buffer = []
        handled = 0
        state = Redactor.ScanState()
        return output
    }

    private mutating func advance(isFinal: Bool) -> [UInt8] {
        var output: [UInt8] = []
        var state = state
        let end = buffer.withUnsafeBytes { text in
            redactor.scan(text, from: handled, isFinal: isFinal, state: &state, into: &output)
        }
        self.state = state
        let removed = max(0, end - Self.context)
        buffer.removeFirst(removed)
        handled = end - removed
        return output
    }
}

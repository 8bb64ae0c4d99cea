import Glibc

/// Redacts text that comes in pieces, wherever it is cut: the result is the same as for the whole.
///
/// Holds back what could be the beginning of a secret: a few bytes as a rule, some times the length of the longest secret at most.
package struct RedactingStream: Sendable {
    /// Bytes before a position that decide whether a token can begin there.
    private static let context = 2

    private let redactor: Redactor
    private var buffer: [UInt8] = []
    /// How much of the buffer is text.
    private var filled = 0
    private var handled = 0
    private var state = Redactor.ScanState()

    package init(_ redactor: Redactor) { self.redactor = redactor }

    /// Takes the next piece and returns what is now known to be free of secrets.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        buffer.removeSubrange(filled...)
        buffer.append(contentsOf: bytes)
        filled = buffer.count
        var output: [UInt8] = []
        advance(isFinal: false) { output = Array($0) }
        return output
    }

    /// Returns what was held back; the stream begins anew after it.
    package mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        advance(isFinal: true) { output = Array($0) }
        self = RedactingStream(redactor)
        return output
    }

    /// Takes a piece as it is read, and hands on what is now known to be free of secrets. Where nothing is replaced, nothing is copied.
    ///
    /// - Parameters:
    ///   - size: the longest piece.
    ///   - read: fills the buffer and returns the count.
    ///   - write: takes the text, which is there for the time of the call only.
    /// - Returns: what `read` returned.
    package mutating func pass(
        _ size: Int, read: (UnsafeMutableRawBufferPointer) throws -> Int, write: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        if buffer.count < filled + size { buffer += [UInt8](repeating: 0, count: filled + size - buffer.count) }
        let count = try buffer.withUnsafeMutableBytes { try read(UnsafeMutableRawBufferPointer(rebasing: $0[filled..<(filled + size)])) }
        filled += count
        try advance(isFinal: false, write)
        return count
    }

    private mutating func advance(isFinal: Bool, _ write: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        var state = state
        let end = try buffer.withUnsafeBytes { buffer in
            let text = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
            if state.swallowing == nil, let end = redactor.cleanPart(of: text, from: handled, isFinal: isFinal) {
                try write(UnsafeRawBufferPointer(rebasing: text[handled..<end]))
                return end
            }
            var output: [UInt8] = []
            let end = redactor.scan(text, from: handled, isFinal: isFinal, state: &state, into: &output)
            try output.withUnsafeBytes(write)
            return end
        }
        self.state = state
        let removed = max(0, end - Self.context)
        buffer.withUnsafeMutableBytes { buffer in
            guard removed > 0, let base = buffer.baseAddress else { return }
            memmove(base, base + removed, filled - removed)
        }
        filled -= removed
        handled = end - removed
    }
}

/// With which bytes the shapes of tokens begin.
struct ShapeLeads: Sendable {
    /// The first four bytes, or three where the mask leaves one out.
    fileprivate struct Word {
        var bytes: UInt32
        var mask: UInt32
    }

    /// A bitmap over all pairs of bytes: which ones are the first or the second two of a shape. So every other position tells of two.
    private let pairs: [UInt64]
    private let words: [Word]

    /// - Parameter prefixes: of three bytes or more.
    init(_ prefixes: [[UInt8]]) {
        var pairs = [UInt64](repeating: 0, count: 1_024)
        for prefix in prefixes {
            for (first, second) in [(prefix[0], prefix[1]), (prefix[1], prefix[2])] {
                let pair = Int(second) << 8 | Int(first)
                pairs[pair >> 6] |= 1 << UInt64(pair & 63)
            }
        }
        self.pairs = pairs
        words = prefixes.map { prefix in
            var word = Word(bytes: 0, mask: 0)
            for (index, byte) in prefix.prefix(4).enumerated() {
                word.bytes |= UInt32(byte) << UInt32(8 * index)
                word.mask |= 0xFF << UInt32(8 * index)
            }
            return word
        }
    }

    /// What is looked up for every position, lent for loops over many of them.
    struct Tables {
        fileprivate let pairs: UnsafeBufferPointer<UInt64>
        fileprivate let words: UnsafeBufferPointer<Word>

        /// The first of these positions at which a shape begins, as far as four bytes tell; `end` if there is none.
        ///
        /// - Parameter end: with four bytes from it on.
        @inline(__always)
        func next(in text: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
            var position = start
            while position <= end {
                let bytes = UInt32(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt32.self))
                let pair = Int(bytes & 0xFFFF)
                if pairs[pair >> 6] >> UInt64(pair & 63) & 1 != 0 {
                    if position > start, begins(text, at: position - 1) { return position - 1 }
                    if position < end, begins(text, at: position) { return position }
                }
                position += 2
            }
            return end
        }

        private func begins(_ text: UnsafeRawBufferPointer, at position: Int) -> Bool {
            let bytes = UInt32(littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            for word in words where bytes & word.mask == word.bytes { return true }
            return false
        }
    }

    func withTables<Result>(_ body: (Tables) -> Result) -> Result {
        pairs.withUnsafeBufferPointer { pairs in words.withUnsafeBufferPointer { body(Tables(pairs: pairs, words: $0)) } }
    }
}

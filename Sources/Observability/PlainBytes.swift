/// Tells of eight bytes at once whether all of them are ASCII that is printed as it is, which text mostly is.
enum PlainBytes {
    /// False also for some words that a closer look at each byte would find plain.
    @inline(__always)
    static func areIn(_ word: UInt64) -> Bool {
        // Of ASCII, only what is below a space has its high bit set by the first sum, and only DEL by the second.
        (word | word &- all(0x20) | word &+ all(0x01)) & all(0x80) == 0
    }

    /// The same, with two bytes that do not count as plain.
    @inline(__always)
    static func areIn(_ word: UInt64, but one: UInt8, _ other: UInt8) -> Bool {
        areIn(word) && (zeros(in: word ^ all(one)) | zeros(in: word ^ all(other))) == 0
    }

    @inline(__always)
    private static func zeros(in word: UInt64) -> UInt64 { (word &- all(0x01)) & ~word & all(0x80) }

    @inline(__always)
    private static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}

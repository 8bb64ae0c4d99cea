/// One line of a process's output.
package struct OutputLine: Sendable, Hashable {
    /// The line without its newline, cut when it is longer than the limit. Often a part of the piece that was read: copy what is to be kept.
    package var bytes: ArraySlice<UInt8>
    /// Where the next line begins: the offset to go on from after a restart.
    package var endOffset: Int64
    /// Whether bytes are missing at its end.
    package var isTruncated: Bool
    /// Whether it ended with a newline; false only for the last line of a process that was stopped in the middle of one.
    package var isTerminated: Bool
    /// Whether the next line is at hand already, so that what is done for several lines at once can wait for it.
    package var isFollowed: Bool

    package init(bytes: [UInt8], endOffset: Int64, isTruncated: Bool = false, isTerminated: Bool = true, isFollowed: Bool = false) {
        self.init(part: bytes[...], endOffset: endOffset, isTruncated: isTruncated, isTerminated: isTerminated, isFollowed: isFollowed)
    }

    init(part: ArraySlice<UInt8>, endOffset: Int64, isTruncated: Bool, isTerminated: Bool, isFollowed: Bool) {
        bytes = part
        self.endOffset = endOffset
        self.isTruncated = isTruncated
        self.isTerminated = isTerminated
        self.isFollowed = isFollowed
    }

    /// What is at hand behind a line is no part of it.
    package static func == (one: OutputLine, other: OutputLine) -> Bool {
        one.endOffset == other.endOffset && one.isTruncated == other.isTruncated && one.isTerminated == other.isTerminated
            && one.bytes == other.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(endOffset)
        hasher.combine(bytes)
    }
}

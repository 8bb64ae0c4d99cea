/// One line of a process's output.
package struct OutputLine: Sendable, Hashable {
    /// The line without its newline, cut when it is longer than the limit.
    package var bytes: [UInt8]
    /// Where the next line begins: the offset to go on from after a restart.
    package var endOffset: Int64
    /// Whether bytes are missing at its end.
    package var isTruncated: Bool
    /// Whether it ended with a newline; false only for the last line of a process that was stopped in the middle of one.
    package var isTerminated: Bool

    package init(bytes: [UInt8], endOffset: Int64, isTruncated: Bool = false, isTerminated: Bool = true) {
        self.bytes = bytes
        self.endOffset = endOffset
        self.isTruncated = isTruncated
        self.isTerminated = isTerminated
    }
}

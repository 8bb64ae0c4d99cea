import Glibc

/// Cuts a stream of bytes into lines. It holds one chunk and at most `limit` bytes of an unfinished line.
///
/// A line that is whole in a chunk is given out as a part of it, without a copy; a chunk is never written to again, and lives as long as its lines.
struct LineSplitter: Sendable {
    private let limit: Int
    private let chunkSize: Int
    private var chunk: [UInt8] = []
    /// The part of `chunk` that is not dealt with yet.
    private var unread: Range<Int> = 0..<0
    /// Where the next line feed in it is, when that is known.
    private var nextNewline: Int?
    /// The kept beginning of the unfinished line.
    private var pending: [UInt8] = []
    /// All bytes of the unfinished line so far, kept or not.
    private var pendingLength = 0
    /// Where the current line begins in the stream.
    private(set) var lineOffset: Int64

    init(offset: Int64, limit: Int, chunkSize: Int = 64 << 10) {
        self.lineOffset = offset
        self.limit = limit
        self.chunkSize = chunkSize
    }

    /// Where the next chunk belongs in the stream.
    var readOffset: Int64 { lineOffset + Int64(pendingLength + unread.count) }

    /// Takes the next chunk; to be called when ``next()`` has no further line. `read` fills the buffer and returns the count.
    ///
    /// - Returns: the count; 0 means that nothing was there.
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int) throws(SystemError) -> Int {
        unread = 0..<0
        // The array's initializer would lose the type of the error.
        var result = Result<Int, SystemError>.success(0)
        chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
            result = Result { () throws(SystemError) in try read(UnsafeMutableRawBufferPointer(buffer)) }
            if case .success(let filled) = result { count = filled }
        }
        let count = try result.get()
        // Who waits for more holds no chunk.
        if count == 0 { chunk = [] }
        unread = 0..<count
        return count
    }

    /// The next complete line, or nil when more bytes are needed.
    mutating func next() -> OutputLine? {
        guard !unread.isEmpty else { return nil }
        let newline = nextNewline ?? newline(in: unread)
        nextNewline = nil
        if let newline, pendingLength == 0, newline - unread.lowerBound <= limit {
            let part = chunk[unread.lowerBound..<newline]
            unread = (newline + 1)..<unread.upperBound
            nextNewline = self.newline(in: unread)
            lineOffset += Int64(part.count) + 1
            return OutputLine(
                part: part, endOffset: lineOffset, isTruncated: false, isTerminated: true, isFollowed: nextNewline != nil)
        }
        let end = newline ?? unread.upperBound
        let room = min(end - unread.lowerBound, max(0, limit - pending.count))
        pending.append(contentsOf: chunk[unread.lowerBound..<(unread.lowerBound + room)])
        pendingLength += end - unread.lowerBound
        guard newline != nil else {
            unread = 0..<0
            return nil
        }
        unread = (end + 1)..<unread.upperBound
        nextNewline = self.newline(in: unread)
        return take(isTerminated: true, isFollowed: nextNewline != nil)
    }

    private func newline(in range: Range<Int>) -> Int? {
        chunk.withUnsafeBytes { buffer in
            guard !range.isEmpty, let base = buffer.baseAddress, let hit = memchr(base + range.lowerBound, 0x0A, range.count) else {
                return nil
            }
            return UnsafeRawPointer(hit) - base
        }
    }

    /// The unfinished line at the end of the stream, or nil when there is none.
    mutating func finish() -> OutputLine? {
        pendingLength > 0 ? take(isTerminated: false, isFollowed: false) : nil
    }

    private mutating func take(isTerminated: Bool, isFollowed: Bool) -> OutputLine {
        lineOffset += Int64(pendingLength) + (isTerminated ? 1 : 0)
        let line = OutputLine(
            bytes: pending, endOffset: lineOffset, isTruncated: pendingLength > pending.count, isTerminated: isTerminated,
            isFollowed: isFollowed)
        pending = []
        pendingLength = 0
        return line
    }
}

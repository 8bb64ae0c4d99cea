import Glibc
import Orchestration

/// Reads pieces of a file of lines that may be gigabytes long, may have a line of megabytes, and may grow. The memory that it takes is that of one
/// piece.
struct LongFile: ~Copyable {
    /// Whole lines of the file.
    struct Piece {
        var start: Int64
        var end: Int64
        var bytes: [UInt8]
        /// Bytes that are not in `bytes`: of a line that is too long only the beginning is.
        var leftOut: Int64
        /// Whether whole lines follow.
        var hasMore: Bool
    }

    /// Bytes of a line that is read whole, if it must be.
    static let longestLine: Int64 = 8 << 20
    /// Bytes of the beginning of a longer one.
    static let beginning: Int64 = 64 << 10

    let path: String
    private let descriptor: Int32
    /// Where the last whole line ends; of a file that does not grow any more, its end.
    private let last: Int64

    /// - Parameter isGrowing: whether the rest of a last line may follow.
    /// - Throws: `Failure` when the file cannot be read.
    init(_ path: String, isGrowing: Bool) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemFailure.current("open \(path)") }
        let size = Int64(lseek(descriptor, 0, SEEK_END))
        do {
            last = isGrowing ? try Self.lineStart(before: size, descriptor, path) : size
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// - Parameter most: bytes of the piece, if no line is longer.
    /// - Throws: `Failure` when the file cannot be read.
    func piece(_ wish: PieceWish, most: Int64) throws -> Piece {
        if let after = wish.after {
            let start = try boundary(at: after)
            var end = min(last, start + most)
            if end < last { end = try lineStart(before: end) }
            if end <= start { end = try nextLine(after: start) }
            return try piece(from: start, to: end)
        }
        let end = try wish.before.map { try boundary(at: $0) } ?? last
        let candidate = max(0, end - most)
        var start = candidate
        if candidate > 0 {
            start = try nextLine(after: candidate - 1)
            if start >= end { start = try lineStart(before: end - 1) }
        }
        return try piece(from: start, to: end)
    }

    private func piece(from start: Int64, to end: Int64) throws -> Piece {
        let isTooLong = end - start > Self.longestLine
        let bytes = try read(start, isTooLong ? Self.beginning : end - start)
        return Piece(start: start, end: end, bytes: bytes, leftOut: end - start - Int64(bytes.count), hasMore: end < last)
    }

    /// The nearest beginning of a line that is not after a position, which anybody may have made up.
    private func boundary(at position: Int64) throws -> Int64 {
        position >= last ? last : try lineStart(before: position)
    }

    /// Where the line begins that goes on, or begins, at `end`.
    private func lineStart(before end: Int64) throws -> Int64 { try Self.lineStart(before: end, descriptor, path) }

    private static func lineStart(before end: Int64, _ descriptor: Int32, _ path: String) throws -> Int64 {
        var end = end
        while end > 0 {
            let start = max(0, end - chunk)
            let bytes = try read(start, end - start, descriptor, path)
            if let index = bytes.lastIndex(of: 0x0A) { return start + Int64(index) + 1 }
            end = start
        }
        return 0
    }

    /// Where the first line begins that begins after `start`; the end if there is none.
    private func nextLine(after start: Int64) throws -> Int64 {
        var start = start
        while start < last {
            let bytes = try read(start, min(Self.chunk, last - start))
            if let index = bytes.firstIndex(of: 0x0A) { return start + Int64(index) + 1 }
            if bytes.isEmpty { break }
            start += Int64(bytes.count)
        }
        return last
    }

    private static let chunk: Int64 = 64 << 10

    private func read(_ start: Int64, _ count: Int64) throws -> [UInt8] { try Self.read(start, count, descriptor, path) }

    /// Fewer bytes than asked for only at the end of a file that was cut meanwhile.
    private static func read(_ start: Int64, _ count: Int64, _ descriptor: Int32, _ path: String) throws -> [UInt8] {
        guard count > 0 else { return [] }
        var failure: Failure?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
            while filled < Int(count) {
                let got = pread(descriptor, buffer.baseAddress?.advanced(by: filled), Int(count) - filled, off_t(start) + off_t(filled))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = SystemFailure.current("read \(path)") }
                if got <= 0 { return }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

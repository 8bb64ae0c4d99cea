import Observability
import SystemPackage

/// Copies an output that an untrusted process wrote into the log folder, with every secret replaced.
package struct RawStream: ~Copyable {
    /// Bytes of one output that the log keeps; a process gone mad must not fill the disk twice.
    package static let limit: Int64 = 64 << 20

    private static let piece = 128 << 10

    private let input: FileDescriptor
    private let output: FileDescriptor
    private var stream: RedactingStream
    private let limit: Int64
    /// Bytes that were copied.
    private var count: Int64 = 0
    private var isLonger = false
    private var isClosed = false

    private init(_ input: FileDescriptor, _ output: FileDescriptor, _ redactor: Redactor, limit: Int64) {
        self.input = input
        self.output = output
        stream = RedactingStream(redactor)
        self.limit = limit
    }

    /// Begins a copy; what is at `target` is replaced.
    ///
    /// - Throws: `Errno`.
    static func begin(from source: String, to target: String, redactor: Redactor, limit: Int64 = limit) throws -> RawStream {
        try PrivateFiles.makeFolder(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]))
        let input = try FileDescriptor.open(FilePath(source), .readOnly)
        do {
            let output = try FileDescriptor.open(
                FilePath(target), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
            return RawStream(input, output, redactor, limit: limit)
        } catch {
            try? input.close()  // Read only: nothing is lost with a failed close.
            throw error
        }
    }

    /// Copies in pieces of bounded size up to an offset, or to the end of what is there.
    ///
    /// - Throws: `Errno`.
    mutating func copy(upTo end: Int64 = .max) throws {
        while !isLonger, count < end {
            let (left, input, output) = (limit - count, input, output)
            var isLonger = false
            let taken = try stream.pass(Self.piece) { buffer in
                let taken = Int64(try input.read(into: buffer))
                isLonger = taken > left
                return Int(min(taken, left))
            } write: {
                _ = try output.writeAll($0)
            }
            count += Int64(taken)
            self.isLonger = isLonger
            if taken == 0 { break }
        }
    }

    /// Copies what is left. Of an output over the limit the beginning is kept, with a last line that says so.
    ///
    /// - Throws: `Errno`.
    consuming func finish() throws {
        try copy()
        _ = try output.writeAll(stream.finish())
        if isLonger { _ = try output.writeAll(Array("\n[cut by cco: the output is longer than \(limit) bytes]\n".utf8)) }
        isClosed = true
        // Some file systems say only now that there was no room.
        try output.close()
    }

    deinit {
        try? input.close()  // Read only: nothing is lost with a failed close.
        // A copy that was given up: nobody counts on what is in it.
        if !isClosed { try? output.close() }
    }

    /// Copies the whole of an output.
    ///
    /// - Throws: `Errno`.
    package static func copyRedacted(from source: String, to target: String, redactor: Redactor, limit: Int64 = limit) throws {
        try begin(from: source, to: target, redactor: redactor, limit: limit).finish()
    }
}

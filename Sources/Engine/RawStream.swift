import Observability
import SystemPackage

/// Copies an output that an untrusted process wrote into the log folder, with every secret replaced.
package enum RawStream {
    /// Bytes of one output that the log keeps; a process gone mad must not fill the disk twice.
    package static let limit: Int64 = 64 << 20

    /// Copies in pieces of bounded size; what is at `target` is replaced. Of an output over the limit the beginning is kept, with a last line
    /// that says so.
    package static func copyRedacted(from source: String, to target: String, redactor: Redactor, limit: Int64 = limit) throws {
        try PrivateFiles.makeFolder(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]))
        let input = try FileDescriptor.open(FilePath(source), .readOnly)
        defer { try? input.close() }  // Read only: nothing is lost with a failed close.
        let output = try FileDescriptor.open(
            FilePath(target), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        do {
            try copy(from: input, to: output, RedactingStream(redactor), limit: limit)
        } catch {
            try output.close()
            throw error
        }
        try output.close()
    }

    private static func copy(
        from input: FileDescriptor, to output: FileDescriptor, _ redacting: RedactingStream, limit: Int64
    ) throws {
        var stream = redacting
        var left = limit
        var isLonger = false
        var count = 0
        repeat {
            count = try stream.pass(piece) { buffer in
                let count = Int64(try input.read(into: buffer))
                isLonger = count > left
                return Int(min(count, left))
            } write: {
                _ = try output.writeAll($0)
            }
            left -= Int64(count)
        } while count > 0 && !isLonger
        _ = try output.writeAll(stream.finish())
        if isLonger { _ = try output.writeAll(Array("\n[cut by cco: the output is longer than \(limit) bytes]\n".utf8)) }
    }

    private static let piece = 128 << 10
}

import Observability
import SystemPackage

/// Copies an output that an untrusted process wrote into the log folder, with every secret replaced.
enum RawStream {
    /// Copies in pieces of bounded size; what is at `target` is replaced.
    static func copyRedacted(from source: String, to target: String, redactor: Redactor) throws {
        try PrivateFiles.makeFolder(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]))
        let input = try FileDescriptor.open(FilePath(source), .readOnly)
        try input.closeAfter {
            let output = try FileDescriptor.open(
                FilePath(target), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
            try output.closeAfter {
                var stream = RedactingStream(redactor)
                var buffer = [UInt8](repeating: 0, count: 256 << 10)
                while true {
                    let count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
                    if count == 0 { break }
                    _ = try output.writeAll(stream.append(buffer[..<count]))
                }
                _ = try output.writeAll(stream.finish())
            }
        }
    }
}

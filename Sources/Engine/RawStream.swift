import Observability
import SystemPackage

/// Copies an output that an untrusted process wrote into the log folder, with every secret replaced.
enum RawStream {
    /// Copies in pieces of bounded size; what is at `target` is replaced.
    static func copyRedacted(from source: String, to target: String, redactor: Redactor) throws {
        try PrivateFiles.makeFolder(String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)]))
        let input = try FileDescriptor.open(FilePath(source), .readOnly)
        defer { try? input.close() }  // Read only: nothing is lost with a failed close.
        let output = try FileDescriptor.open(
            FilePath(target), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        do {
            try copy(from: input, to: output, RedactingStream(redactor))
        } catch {
            try output.close()
            throw error
        }
        try output.close()
    }

    private static func copy(from input: FileDescriptor, to output: FileDescriptor, _ redacting: RedactingStream) throws {
        var stream = redacting
        var bytes = try read(input)
        while !bytes.isEmpty {
            _ = try output.writeAll(stream.append(bytes))
            bytes = try read(input)
        }
        _ = try output.writeAll(stream.finish())
    }

    private static func read(_ input: FileDescriptor) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
            count = try input.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}

import SystemPackage

/// What a gate printed, cut to what its reader needs.
enum GateLog {
    /// The last bytes of the log that are read, and the last lines that are shown.
    static let bytes = 6 << 10
    static let lines = 80

    /// The end of the log, from the beginning of a line.
    static func tail(of path: String) throws -> String {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        defer { try? file.close() }  // Read only: nothing is lost with a failed close.
        let size = try file.seek(offset: 0, from: .end)
        let start = max(0, size - Int64(bytes))
        var buffer = [UInt8](repeating: 0, count: Int(size - start))
        var filled = 0
        while filled < buffer.count {
            let read = try buffer.withUnsafeMutableBytes { target in
                try file.read(fromAbsoluteOffset: start + Int64(filled), into: UnsafeMutableRawBufferPointer(rebasing: target[filled...]))
            }
            if read == 0 { break }
            filled += read
        }
        var text = String(decoding: buffer[..<filled], as: UTF8.self)
        if start > 0, let newline = text.firstIndex(of: "\n") { text = "…" + text[newline...] }
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        return all.suffix(lines).joined(separator: "\n")
    }
}

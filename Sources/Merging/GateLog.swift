import SystemPackage

/// What a gate printed, cut to what its reader needs: where it first went wrong, and how it ended.
enum GateLog {
    /// The last bytes of the log that are read, and the last lines that are shown.
    static let bytes = 6 << 10
    static let lines = 80
    /// Lines around the first failure that are shown, where that does not stand in the end anyway.
    static let before = 2
    static let after = 8
    /// The longest line that is kept whole, in bytes.
    private static let lineLimit = 400

    /// The first failure and the end of the log.
    ///
    /// - Throws: `Errno`.
    static func excerpt(of path: String) throws -> String {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        defer { try? file.close() }  // Read only: nothing is lost with a failed close.
        let size = try file.seek(offset: 0, from: .end)
        let start = max(0, size - Int64(bytes))
        let tail = try tail(file, from: start, to: size)
        guard start > 0, let failure = try firstFailure(file, before: start) else { return tail }
        return "The first failure, at line \(failure.line):\n\(failure.lines.joined(separator: "\n"))\n…\n\nThe end:\n\(tail)"
    }

    /// The end of the log, from the beginning of a line.
    private static func tail(_ file: FileDescriptor, from start: Int64, to size: Int64) throws -> String {
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

    private struct Failure {
        var line: Int
        var lines: [String]
    }

    /// Bytes from the beginning in which the first failure is looked for. A log that is longer is mostly noise.
    private static let searched: Int64 = 1 << 20

    /// Reads the beginning of the log once, in pieces; memory does not grow with it.
    private static func firstFailure(_ file: FileDescriptor, before end: Int64) throws -> Failure? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var offset: Int64 = 0
        var line: [UInt8] = []
        var number = 0
        var recent: [String] = []
        var failure: Failure?
        var wanted = 0
        let end = min(end, searched)
        while offset < end {
            let count = min(buffer.count, Int(end - offset))
            let read = try buffer.withUnsafeMutableBytes { target in
                try file.read(fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]))
            }
            guard read > 0 else { break }
            offset += Int64(read)
            for byte in buffer[..<read] {
                guard byte == UInt8(ascii: "\n") else {
                    if line.count < lineLimit { line.append(byte) }
                    continue
                }
                number += 1
                let text = String(decoding: line, as: UTF8.self)
                line.removeAll(keepingCapacity: true)
                if failure != nil {
                    failure?.lines.append(text)
                    wanted -= 1
                    if wanted == 0 { return failure }
                } else if looksLikeFailure(text) {
                    failure = Failure(line: number, lines: recent + [text])
                    wanted = after
                } else {
                    recent = Array((recent + [text]).suffix(before))
                }
            }
        }
        return failure
    }

    /// Words with which compilers and test programs say that something went wrong. Only what is shown depends on them, never a verdict.
    private static let words = [
        "error:", "error[", "failed", "failure", "fatal:", "not ok", "panicked", "traceback", "assertion", "✘", "✗", "✖",
    ]

    private static func looksLikeFailure(_ line: String) -> Bool {
        let lowercased = line.lowercased()
        // "0 failed" is good news.
        return words.contains { lowercased.contains($0) } && !lowercased.contains("0 failed") && !lowercased.contains("0 failures")
    }
}

import SystemPackage

/// What a gate printed, cut to what its reader needs: where it first went wrong, and how it ended.
enum GateLog {
    /// The last bytes of the log that are read, and the last lines that are shown, with a mark where they are cut.
    static let bytes = 6 << 10
    static let lines = 80
    /// Lines around the first failure that are shown, where that does not stand in the end anyway.
    static let before = 2
    static let after = 8
    /// The longest line that is kept whole, in bytes.
    private static let lineLimit = 400

    /// What is shown of a log.
    struct Excerpt: Equatable {
        /// The first failure and the end.
        var text: String
        /// The first line that looks like a failure.
        var failure: String?
    }

    /// The first failure and the end of the log.
    ///
    /// - Throws: `Errno`.
    static func excerpt(of path: String) throws -> Excerpt {
        let file = try FileDescriptor.open(FilePath(path), .readOnly)
        defer { try? file.close() }  // Read only: nothing is lost with a failed close.
        let size = try file.seek(offset: 0, from: .end)
        let end = try end(file, size)
        var found = try firstFailure(file, in: 0..<min(size, searched))
        // What is behind a long build's own output is found as well: at its end most programs say once more what has failed.
        if found == nil, size > searched { found = try firstFailure(file, in: max(searched, size - searched)..<size) }
        guard let failure = found else {
            return Excerpt(text: end.text, failure: end.text.split(separator: "\n").first { looksLikeFailure(String($0)) }.map(String.init))
        }
        guard failure.offset < end.start else { return Excerpt(text: end.text, failure: failure.text) }
        return Excerpt(
            text: "\(failure.place):\n\(failure.lines.joined(separator: "\n"))\n…\n\nThe end:\n\(end.text)",
            failure: failure.text)
    }

    /// The end of the log, from the beginning of a line, and where in the log that is.
    private static func end(_ file: FileDescriptor, _ size: Int64) throws -> (text: String, start: Int64) {
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
        var shown = buffer[..<filled]
        let newline = UInt8(ascii: "\n")
        // A last line that is longer than all that is shown has its beginning cut off.
        if start > 0, let first = shown.firstIndex(of: newline), first + 1 < shown.endIndex { shown = shown[(first + 1)...] }
        // A closing line feed ends the last line and begins none; the mark of the cut is a line.
        var rest = lines - 1
        let body = shown.last == newline ? shown.dropLast() : shown
        if let cut = body.indices.reversed().first(where: { index in
            if body[index] == newline { rest -= 1 }
            return rest == 0
        }) {
            shown = shown[(cut + 1)...]
        }
        let isCut = start > 0 || shown.startIndex > 0
        return ((isCut ? "…\n" : "") + String(decoding: shown, as: UTF8.self), start + Int64(shown.startIndex))
    }

    private struct Failure {
        /// Its line's number; `nil` where not all lines before it were read.
        var line: Int?
        /// Where the line begins in the log.
        var offset: Int64
        var text: String
        var lines: [String]

        var place: String { line.map { "The first failure, at line \($0)" } ?? "The first failure in the last part" }
    }

    /// Bytes from the beginning, and then of the end, in which the first failure is looked for. A log that is longer is mostly noise.
    private static let searched: Int64 = 1 << 20

    /// Reads a part of the log once, in pieces; memory does not grow with it.
    private static func firstFailure(_ file: FileDescriptor, in part: Range<Int64>) throws -> Failure? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var offset = part.lowerBound
        var line: [UInt8] = []
        var begin = offset
        var number = 0
        var recent: [String] = []
        var failure: Failure?
        var wanted = 0
        let isWhole = part.lowerBound == 0
        while offset < part.upperBound {
            let count = min(buffer.count, Int(part.upperBound - offset))
            let read = try buffer.withUnsafeMutableBytes { target in
                try file.read(fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]))
            }
            guard read > 0 else { break }
            for (index, byte) in buffer[..<read].enumerated() {
                guard byte == UInt8(ascii: "\n") else {
                    if line.count < lineLimit { line.append(byte) }
                    continue
                }
                number += 1
                let text = String(decoding: line, as: UTF8.self)
                line.removeAll(keepingCapacity: true)
                let lineBegin = begin
                begin = offset + Int64(index) + 1
                if failure != nil {
                    failure?.lines.append(text)
                    wanted -= 1
                    if wanted == 0 { return failure }
                } else if looksLikeFailure(text) {
                    failure = Failure(line: isWhole ? number : nil, offset: lineBegin, text: text, lines: recent + [text])
                    wanted = after
                } else {
                    recent = Array((recent + [text]).suffix(before))
                }
            }
            offset += Int64(read)
        }
        let last = String(decoding: line, as: UTF8.self)
        if failure == nil, looksLikeFailure(last) {
            return Failure(line: isWhole ? number + 1 : nil, offset: begin, text: last, lines: recent + [last])
        }
        return failure
    }

    /// Words with which compilers and test programs say that something went wrong. Only what is shown depends on them, never a verdict.
    private static let words = [
        "error:", "error[", "failed", "failure", "fatal:", "not ok", "panicked", "traceback", "assertion", "✘", "✗", "✖",
    ]

    private static func looksLikeFailure(_ line: String) -> Bool {
        let lowercased = line.lowercased()
        guard words.contains(where: { lowercased.contains($0) }) else { return false }
        // "0 failed" is good news, "10 failed" is not.
        return !["0 failed", "0 failures"].contains { phrase in
            lowercased.ranges(of: phrase).contains { range in
                range.lowerBound == lowercased.startIndex || !lowercased[lowercased.index(before: range.lowerBound)].isNumber
            }
        }
    }
}

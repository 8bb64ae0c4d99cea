/// The parts of a merged file that matter to whoever resolves it: each region between conflict markers, with some lines around.
struct ConflictHunks: Sendable, Equatable {
    /// The regions, each headed by its line number.
    var text = ""
    /// Whether regions or parts of them were left out.
    var truncated = false

    /// - Parameters:
    ///   - content: the file with markers.
    ///   - context: lines shown before and after a region.
    ///   - limit: bytes of text.
    init(content: [UInt8], context: Int = 3, limit: Int = 4_000) {
        let lines = content.split(separator: 0x0A, omittingEmptySubsequences: false)
        var shown: [Range<Int>] = []
        var start: Int?
        for (index, line) in lines.enumerated() {
            if Self.isMarker(line, 0x3C) && start == nil {
                start = index
            } else if Self.isMarker(line, 0x3E), let first = start {
                let range = max(0, first - context)..<min(lines.count, index + context + 1)
                if let last = shown.last, last.upperBound >= range.lowerBound {
                    shown[shown.count - 1] = last.lowerBound..<range.upperBound
                } else {
                    shown.append(range)
                }
                start = nil
            }
        }
        for range in shown {
            add("@@ line \(range.lowerBound + 1) @@", limit)
            for line in lines[range] { add(String(decoding: line, as: UTF8.self), limit) }
        }
    }

    private mutating func add(_ line: String, _ limit: Int) {
        guard !truncated else { return }
        if text.utf8.count + line.utf8.count + 1 > limit {
            truncated = true
            let room = max(0, limit - text.utf8.count - 1)
            // A cut inside a character leaves a replacement character rather than a broken string.
            if room > 0 { text += String(decoding: line.utf8.prefix(room), as: UTF8.self) + "\n" }
        } else {
            text += line + "\n"
        }
    }

    /// Seven marker characters and a space; git uses longer ones for conflicts within a common ancestor.
    private static func isMarker(_ line: ArraySlice<UInt8>, _ character: UInt8) -> Bool {
        line.count > 7 && line.prefix(7).allSatisfy { $0 == character } && line[line.startIndex + 7] == 0x20
    }
}

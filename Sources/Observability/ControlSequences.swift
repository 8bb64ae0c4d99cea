/// Makes text that someone else wrote safe for a terminal and for a log: what it shows is what it says.
package enum ControlSequences {
    /// Removes terminal sequences (colours, cursor movement, titles, clipboard), and shows what else would act on a terminal or mislead
    /// the reader: C0 and C1 controls, bidirectional overrides, invisible and separating characters.
    ///
    /// Line feeds and tabs stay, CR LF becomes LF. A string sequence (title, clipboard) that does not end on its own line is shown instead
    /// of removed, so that an unterminated one cannot hide the text behind it.
    /// - Parameter lineLimit: Unicode scalars a line may have; what is beyond is cut and counted. `nil`: no limit.
    package static func sanitised(_ text: String, lineLimit: Int? = nil) -> String {
        var output = ""
        if isHarmless(text) {
            output = text
        } else {
            let scalars = Array(text.unicodeScalars)
            var index = 0
            while index < scalars.count {
                if let end = sequenceEnd(scalars, index) {
                    index = end
                    continue
                }
                if scalars[index] == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" {
                    index += 1
                    continue
                }
                append(scalars[index], to: &output)
                index += 1
            }
        }
        guard let lineLimit else { return output }
        return cut(output, lineLimit: lineLimit)
    }

    /// Whether text has nothing of that, as far as one look at its bytes tells: only the first bytes of what is shown otherwise count.
    private static func isHarmless(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            let words = UnsafeRawBufferPointer(bytes)
            var index = 0
            while index < bytes.count {
                if index + 8 <= bytes.count, PlainBytes.areIn(words.loadUnaligned(fromByteOffset: index, as: UInt64.self)) {
                    index += 8
                    continue
                }
                let byte = bytes[index]
                index += 1
                if byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x09 { continue }
                guard byte >= 0x80, index < bytes.count || byte < 0xC0 else { return false }
                switch byte {
                case 0xC2: if bytes[index] < 0xA0 { return false }
                case 0xD8: if bytes[index] == 0x9C { return false }
                // An ellipsis is what a line ends with that was cut.
                case 0xE2 where bytes[index] == 0x80: if index + 1 == bytes.count || bytes[index + 1] != 0xA6 { return false }
                case 0xE2: if bytes[index] == 0x81 { return false }
                case 0xEF: if bytes[index] == 0xBB { return false }
                case 0xF3: return false
                default: break
                }
            }
            return true
        }
    }

    /// The same JSON with everything that could act on a terminal or mislead a reader written as `\\u…`: JSON lets it stand as it is in strings.
    package static func escaped(inJSON text: String) -> String {
        if isHarmless(text) { return text }
        var output = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || !isMisleading(scalar) {
                output.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
                    let digits = String(unit, radix: 16)
                    output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return output
    }

    /// Cuts each line to `lineLimit` Unicode scalars and says how many more there were.
    package static func cut(_ text: String, lineLimit: Int) -> String {
        if text.utf8.count <= lineLimit { return text }
        return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let excess = line.count - lineLimit
            return excess <= 0 ? String(line) : "\(String(line.prefix(lineLimit)))… (\(excess) more)"
        }.joined(separator: "\n")
    }

    /// Where the sequence that begins at `start` ends (the index after it); `nil` when none begins there or it is incomplete.
    private static func sequenceEnd(_ scalars: [Unicode.Scalar], _ start: Int) -> Int? {
        var index = start + 1
        let introducer: UInt32
        switch scalars[start].value {
        case 0x1B:
            guard index < scalars.count else { return nil }
            introducer = scalars[index].value
            index += 1
        // The one-character forms of ESC [, ESC ], ESC P, ESC X, ESC ^ and ESC _.
        case 0x90, 0x98, 0x9B, 0x9D, 0x9E, 0x9F: introducer = scalars[start].value - 0x40
        default: return nil
        }
        switch introducer {
        case 0x5B:  // CSI: parameters and intermediates, then one final character.
            while index < scalars.count, (0x20...0x3F).contains(scalars[index].value) { index += 1 }
            return index < scalars.count && (0x40...0x7E).contains(scalars[index].value) ? index + 1 : nil
        case 0x50, 0x58, 0x5D, 0x5E, 0x5F:  // DCS, SOS, OSC, PM, APC: a string up to ST, or BEL.
            while index < scalars.count, scalars[index] != "\n" {
                switch scalars[index].value {
                case 0x07, 0x9C: return index + 1
                case 0x1B: return index + 1 < scalars.count && scalars[index + 1] == "\\" ? index + 2 : nil
                default: index += 1
                }
            }
            return nil
        case 0x20...0x2F:  // Character sets and the like: intermediates, then one final character.
            while index < scalars.count, (0x20...0x2F).contains(scalars[index].value) { index += 1 }
            return index < scalars.count && (0x30...0x7E).contains(scalars[index].value) ? index + 1 : nil
        case 0x30...0x7E: return index
        default: return nil
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to output: inout String) {
        switch scalar.value {
        case 0x09, 0x0A: output.unicodeScalars.append(scalar)
        case 0x0D: output += "\\r"
        case 0x1B: output += "\\e"
        case 0x00...0x1F, 0x7F...0x9F:
            output += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16, uppercase: true)
        case _ where isMisleading(scalar): output += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        default: output.unicodeScalars.append(scalar)
        }
    }

    /// What acts on a terminal or is not seen.
    private static func isMisleading(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Marks, embeddings, overrides and isolates of text direction; zero-width space; line and paragraph separators;
        // the byte order mark; invisible tag characters.
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF, 0xE0000...0xE007F:
            true
        default: false
        }
    }
}

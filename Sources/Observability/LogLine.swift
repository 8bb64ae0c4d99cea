import Glibc

/// One line of the run's log in its two forms, without the line feed at the end.
struct LogLine {
    let combined: [UInt8]
    let event: [UInt8]

    /// `<time> [<source>] <label> <text>`; further lines of the text are indented, so that none can pass for a line of its own.
    static func combined(time: String, source: String, label: String?, text: String) -> [UInt8] {
        let head = "\(time) [\(oneLine(source))] " + (label.map { oneLine($0) + " " } ?? "")
        return Array((head + indented(text)).utf8)
    }

    private static func hasLineFeed(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in bytes.baseAddress.map { memchr($0, 0x0A, bytes.count) != nil } ?? false }
    }

    private static func indented(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A line feed at the end is no further line.
        let body = lines.count > 1 && lines.last == "" ? lines.dropLast() : lines[...]
        return body.joined(separator: "\n    ")
    }

    /// A JSON object of strings, with an object of strings in it under "fields".
    static func json(_ members: [(String, String)], fields: [(String, String)] = []) -> [UInt8] {
        var text = "{" + members.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",")
        if !fields.isEmpty {
            text += ",\"fields\":{" + fields.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}"
        }
        return Array((text + "}").utf8)
    }

    /// The field with the number of an event, always the last one: its name is looked for where a line ends.
    static let sequence = "sequence"

    /// The number of the newest event in the last bytes of lines of JSON.
    static func newestSequence(in bytes: [UInt8]) -> Int64? {
        let quote = UInt8(ascii: "\"")
        for line in bytes.split(separator: UInt8(ascii: "\n")).reversed() {
            // Nobody's words can look like this: in a text there is a backslash before each quote. A torn line lacks its end.
            let words = line.suffix(40).split(separator: quote).suffix(4).map { String(decoding: $0, as: UTF8.self) }
            if words.count == 4, words[0] == sequence, words[1] == ":", words[3] == "}}", let number = Int64(words[2]) { return number }
        }
        return nil
    }

    /// What lines of one agent's output have in common, made once.
    struct OutputForm {
        private let head: [UInt8]
        private let eventHead: [UInt8]

        init(time: String, agent: String, turn: String) {
            head = Array("\(time) [\(LogLine.oneLine(agent))] \(LogLine.oneLine(turn)) ".utf8)
            let members = [("time", time), ("kind", "output"), ("agent", agent), ("turn", turn)]
            eventHead = Array(
                ("{" + members.map { "\(LogLine.quoted($0.0)):\(LogLine.quoted($0.1))," }.joined() + "\"text\":").utf8)
        }

        /// Adds the line for one text, as ``LogLine/combined(time:source:label:text:)`` and ``LogLine/json(_:fields:)`` would make it.
        func add(_ text: String, to combined: inout LogBatch, and events: inout LogBatch) {
            combined.add { bytes in
                bytes += head
                bytes += (LogLine.hasLineFeed(text) ? LogLine.indented(text) : text).utf8
            }
            events.add { bytes in
                bytes += eventHead
                LogLine.appendQuoted(text, to: &bytes)
                bytes.append(0x7D)
            }
        }
    }

    /// A value of `key=value`, quoted when it could be misread.
    static func fieldValue(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0 != "\\" }
        return isPlain ? value : quoted(value)
    }

    private static func oneLine(_ text: String) -> String {
        text.contains("\n") ? text.split(separator: "\n").joined(separator: " ") : text
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        appendQuoted(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What has to be escaped is ASCII, so bytes are as good as characters.
    private static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        bytes.append(0x22)
        text.withUTF8 { text in
            var start = 0
            while true {
                let index = EscapedByte.first(in: text, from: start)
                bytes += UnsafeBufferPointer(rebasing: text[start..<index])
                guard index < text.count else { break }
                let byte = text[index]
                start = index + 1
                bytes.append(0x5C)
                switch byte {
                case 0x22, 0x5C: bytes.append(byte)
                case 0x0A: bytes.append(0x6E)
                case 0x09: bytes.append(0x74)
                default:
                    let digits = String(byte, radix: 16)
                    bytes += "u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
                }
            }
        }
        bytes.append(0x22)
    }
}

/// Lines of one file that are written together, each with its line feed.
struct LogBatch {
    private(set) var bytes: [UInt8] = []
    /// Where each line ends.
    private var ends: [Int] = []

    var count: Int { ends.count }

    /// - Parameter write: appends the line, without its line feed.
    mutating func add(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        bytes.append(0x0A)
        ends.append(bytes.count)
    }

    /// The lines by themselves, without line feeds.
    var lines: [[UInt8]] { zip([0] + ends, ends).map { Array(bytes[$0..<($1 - 1)]) } }
}

/// What stands for itself in no JSON string.
private enum EscapedByte {
    /// The index of the next one, or the end. Eight bytes at a time where none is among them.
    static func first(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let words = UnsafeRawBufferPointer(text)
        var index = start
        while index < text.count {
            if index + 8 <= text.count {
                let word = words.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if PlainBytes.areIn(word, but: 0x22, 0x5C) {
                    index += 8
                    continue
                }
            }
            let byte = text[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            index += 1
        }
        return index
    }
}

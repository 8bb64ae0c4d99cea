/// One line of the run's log in its two forms, without the line feed at the end.
struct LogLine {
    let combined: [UInt8]
    let event: [UInt8]

    /// `<time> [<source>] <label> <text>`; further lines of the text are indented, so that none can pass for a line of its own.
    static func combined(time: String, source: String, label: String?, text: String) -> [UInt8] {
        let head = "\(time) [\(oneLine(source))] " + (label.map { oneLine($0) + " " } ?? "")
        return Array((head + indented(text)).utf8)
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

    /// What lines of one agent's output have in common, made once.
    struct OutputForm {
        private let head: String
        private let eventHead: String

        init(time: String, agent: String, turn: String) {
            head = "\(time) [\(LogLine.oneLine(agent))] \(LogLine.oneLine(turn)) "
            let members = [("time", time), ("kind", "output"), ("agent", agent), ("turn", turn)]
            eventHead = "{" + members.map { "\(LogLine.quoted($0.0)):\(LogLine.quoted($0.1))," }.joined() + "\"text\":"
        }

        /// The line for one text, as ``LogLine/combined(time:source:label:text:)`` and ``LogLine/json(_:fields:)`` would make it.
        func line(_ text: String) -> LogLine {
            var combined = Array(head.utf8)
            if text.utf8.contains(0x0A) { combined += LogLine.indented(text).utf8 } else { combined += text.utf8 }
            var event = Array(eventHead.utf8)
            LogLine.appendQuoted(text, to: &event)
            event.append(0x7D)
            return LogLine(combined: combined, event: event)
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
            for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes += text[start..<index]
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
            bytes += text[start...]
        }
        bytes.append(0x22)
    }
}

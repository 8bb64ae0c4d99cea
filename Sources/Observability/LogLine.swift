/// One line of the run's log in its two forms, without the line feed at the end.
struct LogLine {
    let combined: [UInt8]
    let event: [UInt8]

    /// `<time> [<source>] <label> <text>`; further lines of the text are indented, so that none can pass for a line of its own.
    static func combined(time: String, source: String, label: String?, text: String) -> [UInt8] {
        let head = "\(time) [\(oneLine(source))] " + (label.map { oneLine($0) + " " } ?? "")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A line feed at the end is no further line.
        let body = lines.count > 1 && lines.last == "" ? lines.dropLast() : lines[...]
        return Array((head + body.joined(separator: "\n    ")).utf8)
    }

    /// A JSON object of strings, with an object of strings in it under "fields".
    static func json(_ members: [(String, String)], fields: [(String, String)] = []) -> [UInt8] {
        var text = "{" + members.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",")
        if !fields.isEmpty {
            text += ",\"fields\":{" + fields.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}"
        }
        return Array((text + "}").utf8)
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
        // Nearly always nothing has to be escaped.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) { return "\"\(text)\"" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

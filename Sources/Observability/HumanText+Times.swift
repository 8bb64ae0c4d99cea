import Orchestration

/// Points in time in texts for people: UTC, and said so, as the log has it. Programs get ISO 8601.
extension HumanText {
    /// `2026-11-29 14:05:30 UTC`.
    ///
    /// - Parameter today: milliseconds since 1970; a moment of that day is told without it.
    package static func time(_ moment: Moment, today: Int64? = nil) -> String { times(in: moment.iso, today: today) }

    /// A sentence with its ISO times as people read them: `the earliest opens at 2026-11-29 14:05:30 UTC`.
    ///
    /// - Parameter today: milliseconds since 1970; moments of that day are told without it.
    package static func times(in text: String, today: Int64? = nil) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count >= shape.count, bytes.contains(UInt8(ascii: "Z")) else { return text }
        let today = today.map { Array(Moment(Timestamp(milliseconds: $0)).iso.utf8.prefix(10)) }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard let length = length(of: bytes[index...]) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let day = bytes[index..<index + 10]
            if !day.elementsEqual(today ?? []) { result += Array(day) + [UInt8(ascii: " ")] }
            result += bytes[index + 11..<index + 19]
            result += " UTC".utf8
            index += length
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let shape = Array("0000-00-00T00:00:00".utf8)

    /// Bytes of the ISO time that a text begins with.
    private static func length(of text: ArraySlice<UInt8>) -> Int? {
        func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        let head = text.prefix(shape.count)
        guard head.count == shape.count, zip(head, shape).allSatisfy({ $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 }) else {
            return nil
        }
        var rest = text.dropFirst(shape.count)
        if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst().drop(while: isDigit) }
        return rest.first == UInt8(ascii: "Z") ? rest.startIndex + 1 - text.startIndex : nil
    }
}

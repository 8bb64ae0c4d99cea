/// Others' words on one line, harmless to a terminal.
package enum OneLineText {
    /// - Parameter limit: characters; what is beyond is cut, with a mark.
    package static func of(_ text: String, limit: Int = .max) -> String {
        let line = ControlSequences.sanitised(text).split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count <= limit ? line : String(line.prefix(limit - 1)) + "…"
    }
}

extension String {
    /// With spaces up to the width, in cells of a terminal.
    package func padding(to width: Int) -> String { cells < width ? self + String(repeating: " ", count: width - cells) : self }
}

/// Splits a template's text into nodes.
struct PromptTemplateParser {
    private let name: String
    private var rest: Substring
    private var line = 1
    /// Whether nothing stands before the next character on its line.
    private var atLineStart = true

    init(name: String, text: String) {
        self.name = name
        rest = text[...]
    }

    /// The nodes of the whole text; throws `PromptError`.
    mutating func parse() throws -> [PromptTemplate.Node] {
        try nodes(until: nil, openedAt: 0)
    }

    private mutating func nodes(until closing: String?, openedAt: Int) throws -> [PromptTemplate.Node] {
        var nodes: [PromptTemplate.Node] = []
        while true {
            guard let opening = rest.firstRange(of: "{{") else {
                if let closing { throw PromptError(file: name, line: openedAt, reason: "{{#\(closing)}} is not closed") }
                if !rest.isEmpty { nodes.append(.text(String(rest))) }
                return nodes
            }
            let before = rest[..<opening.lowerBound]
            line += newlines(in: before)
            rest = rest[opening.upperBound...]
            guard let end = rest.firstRange(of: "}}") else { throw PromptError(file: name, line: line, reason: "{{ without }}") }
            let tag = rest[..<end.lowerBound]
            rest = rest[end.upperBound...]
            let opensOrCloses = tag.first.map { "#^/".contains($0) } ?? false
            // A section's tag that stands alone on its line takes the line with it, so that nothing is left where nothing is said.
            if let last = before.last { atLineStart = last.isNewline }
            if opensOrCloses, atLineStart, rest.first?.isNewline == true {
                rest = rest.dropFirst()
                line += 1
            } else {
                atLineStart = false
            }
            if !before.isEmpty { nodes.append(.text(String(before))) }
            let word = String(tag.drop { "#^/>".contains($0) })
            guard !word.isEmpty, word.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" }) else {
                throw PromptError(file: name, line: line, reason: "{{\(tag)}} is no tag: expected a name")
            }
            switch tag.first {
            case "/":
                guard word == closing else {
                    throw PromptError(file: name, line: line, reason: "{{/\(word)}} closes nothing that is open here")
                }
                return nodes
            case "#", "^":
                let opened = line
                let inner = try self.nodes(until: word, openedAt: opened)
                nodes.append(.section(word, inverted: tag.first == "^", inner, line: opened))
            case ">": nodes.append(.partial(word, line: line))
            default: nodes.append(.variable(word, line: line))
            }
        }
    }

    private func newlines(in text: Substring) -> Int { text.count { $0.isNewline } }
}

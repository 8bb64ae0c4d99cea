/// The values that a template is filled with.
struct PromptContext: Sendable {
    enum Value: Sendable {
        case text(String)
        case flag(Bool)
        case list([PromptContext])

        /// The values of something that may not be there: a section of that name is written once or not at all.
        static func optional(_ context: PromptContext?) -> Value { .list(context.map { [$0] } ?? []) }
    }

    var values: [String: Value]

    init(_ values: [String: Value] = [:]) { self.values = values }
}

extension PromptTemplate {
    /// Fills the template in. Names are looked up from the innermost section outwards; throws `PromptError` for unknown ones.
    func render(_ scopes: [PromptContext], partials: [String: PromptTemplate]) throws -> String {
        var output = ""
        try write(nodes, scopes, partials, depth: 0, into: &output)
        return output
    }

    private func write(
        _ nodes: [Node], _ scopes: [PromptContext], _ partials: [String: PromptTemplate], depth: Int, into output: inout String
    ) throws {
        for node in nodes {
            switch node {
            case .text(let text): output += text
            case .variable(let word, let line): output += try text(word, scopes, line)
            case .section(let word, let inverted, let inner, let line):
                for scope in try items(of: word, inverted: inverted, scopes, line) {
                    try write(inner, scopes + [scope], partials, depth: depth, into: &output)
                }
            case .partial(let word, let line):
                guard let partial = partials[word] else { throw PromptError(file: name, line: line, reason: "no template named \(word)") }
                guard depth < 4 else { throw PromptError(file: name, line: line, reason: "templates include each other too deeply") }
                try partial.write(partial.nodes, scopes, partials, depth: depth + 1, into: &output)
            }
        }
    }

    private func text(_ word: String, _ scopes: [PromptContext], _ line: Int) throws -> String {
        guard case .text(let text) = try value(word, scopes, line) else {
            throw PromptError(file: name, line: line, reason: "{{\(word)}} is not a text: write {{#\(word)}}…{{/\(word)}}")
        }
        return text
    }

    private func items(of word: String, inverted: Bool, _ scopes: [PromptContext], _ line: Int) throws -> [PromptContext] {
        let items: [PromptContext] =
            switch try value(word, scopes, line) {
            case .text(let text): text.isEmpty ? [] : [PromptContext()]
            case .flag(let flag): flag ? [PromptContext()] : []
            case .list(let items): items
            }
        guard inverted else { return items }
        return items.isEmpty ? [PromptContext()] : []
    }

    private func value(_ word: String, _ scopes: [PromptContext], _ line: Int) throws -> PromptContext.Value {
        for scope in scopes.reversed() {
            if let value = scope.values[word] { return value }
        }
        let known = Set(scopes.flatMap(\.values.keys)).sorted().joined(separator: ", ")
        throw PromptError(file: name, line: line, reason: "unknown name {{\(word)}}; known here: \(known)")
    }

    /// Finds every unknown name, also in sections that `sample` leaves out: each section is looked into with its first item, or with
    /// nothing of its own if it has none. `sample` therefore has to have an item in every list.
    func check(_ sample: [PromptContext], partials: [String: PromptTemplate]) throws {
        try check(nodes, sample, partials, depth: 0)
    }

    private func check(_ nodes: [Node], _ scopes: [PromptContext], _ partials: [String: PromptTemplate], depth: Int) throws {
        for node in nodes {
            switch node {
            case .text: break
            case .variable(let word, let line): _ = try text(word, scopes, line)
            case .section(let word, let inverted, let inner, let line):
                let first = try inverted ? nil : items(of: word, inverted: false, scopes, line).first
                _ = try value(word, scopes, line)
                try check(inner, scopes + [first ?? PromptContext()], partials, depth: depth)
            case .partial(let word, let line):
                guard let partial = partials[word] else { throw PromptError(file: name, line: line, reason: "no template named \(word)") }
                guard depth < 4 else { throw PromptError(file: name, line: line, reason: "templates include each other too deeply") }
                try partial.check(partial.nodes, scopes, partials, depth: depth + 1)
            }
        }
    }
}

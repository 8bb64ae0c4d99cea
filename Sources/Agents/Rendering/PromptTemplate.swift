/// A text with places to fill in, in the part of Mustache's notation that prompts need.
///
/// `{{name}}` is a text, `{{#name}}…{{/name}}` is written once for each item of a list or if a text is not empty or a flag is set,
/// `{{^name}}…{{/name}}` if not, and `{{>name}}` is another template. Unlike Mustache it escapes nothing, since prompts are not
/// HTML, and an unknown name is an error, since a prompt with a hole in it costs a turn.
struct PromptTemplate: Sendable {
    indirect enum Node: Sendable, Equatable {
        case text(String)
        case variable(String, line: Int)
        case section(String, inverted: Bool, [Node], line: Int)
        case partial(String, line: Int)
    }

    /// The template's file name, for errors.
    let name: String
    let nodes: [Node]

    /// Reads a template; throws `PromptError` for a tag that is not closed or not known.
    init(name: String, text: String) throws {
        var parser = PromptTemplateParser(name: name, text: text)
        self.name = name
        nodes = try parser.parse()
    }
}

/// A template that cannot be used.
package struct PromptError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The template's file name.
    package let file: String
    /// The line, counted from 1; 0 where the whole file is meant.
    package let line: Int
    package let reason: String

    package init(file: String, line: Int, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    package var description: String { line > 0 ? "\(file):\(line): \(reason)" : "\(file): \(reason)" }
}

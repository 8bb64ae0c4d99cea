/// A place in a text file; both numbers start at 1, and a column counts Unicode scalars.
package struct SourcePosition: Hashable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// One thing that is wrong (or only doubtful, when it is a warning) in a person's configuration.
///
/// It prints as `file:line:column: message; suggestion`, a form that editors turn into a link.
package struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file as the person named it.
    package let file: String
    /// The line, from 1; absent when the problem is about the whole file.
    package let line: Int?
    /// The column, from 1, in Unicode scalars; absent together with the line.
    package let column: Int?
    /// What is wrong: what was expected and what was found.
    package let message: String
    /// What to do about it, when that is known.
    package let suggestion: String?

    package init(file: String, at position: SourcePosition? = nil, _ message: String, suggestion: String? = nil) {
        self.file = file
        self.line = position?.line
        self.column = position?.column
        self.message = message
        self.suggestion = suggestion
    }

    package var description: String {
        var place = file
        if let line, let column { place += ":\(line):\(column)" }
        return "\(place): \(message)" + (suggestion.map { "; \($0)" } ?? "")
    }
}

/// Everything that is wrong with a configuration, so that it can be mended in one go.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// How many problems are printed; the rest are counted.
    private static let printedProblems = 50

    /// The problems, file by file, in the order of their lines; never empty.
    package let problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.enumerated()
            .sorted { left, right in
                guard left.element.file == right.element.file else { return left.offset < right.offset }
                let leftPlace = (left.element.line ?? 0, left.element.column ?? 0, left.offset)
                let rightPlace = (right.element.line ?? 0, right.element.column ?? 0, right.offset)
                return leftPlace < rightPlace
            }
            .map(\.element)
    }

    package var description: String {
        var lines = problems.prefix(Self.printedProblems).map(\.description)
        if problems.count > Self.printedProblems { lines.append("… and \(problems.count - Self.printedProblems) more problems") }
        return lines.joined(separator: "\n")
    }
}

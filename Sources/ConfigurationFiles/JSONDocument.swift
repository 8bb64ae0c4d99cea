/// A JSON file read with the position of every key and value, so that whatever is wrong with one can be pointed at.
///
/// Mistakes that leave the meaning clear (a comment, a trailing comma, a key written twice) are collected in `problems` while reading
/// goes on; the reader is strict all the same, because its callers refuse a document that has any.
package struct JSONDocument: Sendable {
    /// The largest file that is read, in bytes.
    package static let sizeLimit = 1_048_576
    /// How deep lists and objects may nest.
    static let depthLimit = 64

    package let root: JSONValue
    /// What is wrong with the text although it could be read to its end.
    package let problems: [ConfigurationProblem]

    /// Reads a whole document.
    ///
    /// - Parameters:
    ///   - bytes: the text, UTF-8, with or without a byte order mark.
    ///   - file: the name that problems carry.
    ///   - isConfidential: keeps every piece of the text out of the problems, for files that hold credentials.
    /// - Throws: `ConfigurationError` when the text can't be read to its end.
    package init(parsing bytes: [UInt8], file: String, isConfidential: Bool = false) throws(ConfigurationError) {
        guard bytes.count <= Self.sizeLimit else {
            throw ConfigurationError([
                ConfigurationProblem(file: file, "the file has \(bytes.count) bytes; at most \(Self.sizeLimit) are read")
            ])
        }
        guard Self.isUTF8(bytes) else {
            throw ConfigurationError([Self.encodingProblem(bytes, file: file)])
        }
        var scanner = JSONScanner(bytes: bytes, file: file, isConfidential: isConfidential)
        do throws(ConfigurationProblem) {
            root = try scanner.document()
            problems = scanner.problems
        } catch {
            throw ConfigurationError(scanner.problems + [error])
        }
    }

    private static func isUTF8(_ bytes: some Sequence<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private static func encodingProblem(_ bytes: [UInt8], file: String) -> ConfigurationProblem {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = lines.firstIndex { !isUTF8($0) }.map { $0 + 1 }
        return ConfigurationProblem(
            file: file, at: line.map { SourcePosition(line: $0, column: 1) }, "the text is not UTF-8", suggestion: "save the file as UTF-8")
    }
}

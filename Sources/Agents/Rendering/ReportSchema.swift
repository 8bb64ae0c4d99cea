import FoundationEssentials
import JSON

/// What can be said about a report's schema without running it.
enum ReportSchema {
    /// Throws `PromptError` unless the text is a JSON object on one line that describes an object: it becomes a process's argument.
    static func check(_ text: String, file: String) throws {
        let schema: JSONValue
        do {
            schema = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            throw PromptError(file: file, line: 0, reason: "not JSON")
        }
        guard schema["type"] == .string("object"), case .object = schema["properties"] else {
            throw PromptError(file: file, line: 0, reason: "not the schema of an object with properties")
        }
    }
}

import FoundationEssentials

/// The lines that the CLI reads with `--input-format stream-json`. A line that it cannot read ends it, so all of them are made here.
enum InputLine {
    private struct User: Encodable {
        struct Message: Encodable {
            var role = "user"
            var content: String
        }

        var type = "user"
        var message: Message
        /// The CLI takes a line of a UUID once in a session and leaves further ones out.
        var uuid: String?
    }

    private struct Control: Encodable {
        struct Request: Encodable {
            var subtype: String
        }

        var type = "control_request"
        var request_id: String
        var request: Request
    }

    /// A prompt, or a message while the CLI works.
    static func user(_ text: String, uuid: String?) -> String { line(User(message: .init(content: text), uuid: uuid)) }

    /// Breaks off what the CLI does: its tool's processes are ended, the conversation stays. It answers with `id`.
    static func interrupt(id: String) -> String { line(Control(request_id: id, request: .init(subtype: "interrupt"))) }

    private static func line(_ value: some Encodable) -> String { json(value) + "\n" }

    /// A value of nothing but strings, numbers and the like, as the CLI is given it.
    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("strings could not be written as JSON: \(error)")
        }
    }
}

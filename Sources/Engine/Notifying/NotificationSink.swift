import ConfigurationFiles
import FoundationEssentials
import Observability
import Processes

/// Somewhere that notifications are sent to. Each is a short-lived program with a deadline, so that nothing of it outlives its sending.
struct NotificationSink: Sendable {
    /// For messages; never an address.
    let name: String
    private let command: @Sendable (Notification) throws -> ChildCommand

    /// Why a notification could not be sent; without secrets where the caller redacts it.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// How long a program of the user may take.
    static let commandTimeout = Duration.seconds(15)
    /// How long one request may take, and all tries together.
    static let requestSeconds = 10
    static let retrySeconds = 30

    /// A program of the user, which gets the notification as JSON on its standard input and nothing that is secret in its environment.
    static func command(_ words: [String], environment: [String: String], folder: String) -> NotificationSink {
        NotificationSink(name: "command") { notification in
            ChildCommand(
                words[0], Array(words.dropFirst()), environment: environment, workingDirectory: folder,
                standardInput: try json(notification) + [UInt8(ascii: "\n")], timeout: commandTimeout, outputLimit: 4096)
        }
    }

    /// A webhook, through curl: whoever keeps the system's TLS up to date keeps this one. The address is read from standard input, so it is in no
    /// process title; no redirection is followed, since that could lead anywhere.
    static func webhook(_ address: ConfigurationFiles.Secret, _ format: Notifications.Format, environment: [String: String])
        -> NotificationSink
    {
        NotificationSink(name: "webhook") { notification in
            let url = address.reveal()
            let isLocal = url.hasPrefix("http://")
            var settings = [
                ("url", url), ("data-raw", String(decoding: try body(notification, format), as: UTF8.self)),
                ("header", "Content-Type: application/json"), ("user-agent", "cco"), ("output", "/dev/null"),
                ("proto", isLocal ? "=http" : "=https"), ("max-time", "\(requestSeconds)"), ("retry", "2"),
                ("retry-max-time", "\(retrySeconds)"),
            ]
            if isLocal { settings.append(("noproxy", "*")) }
            let lines = settings.map { "\($0) = \(quoted($1))" } + ["silent", "show-error", "fail", "globoff", "retry-connrefused"]
            return ChildCommand(
                "curl", ["--disable", "--config", "-"], environment: environment,
                standardInput: Array(lines.joined(separator: "\n").utf8), timeout: .seconds(retrySeconds + 2 * requestSeconds),
                outputLimit: 4096)
        }
    }

    /// The desktop of the user who has started cco.
    static func desktop(environment: [String: String]) -> NotificationSink {
        NotificationSink(name: "desktop") { notification in
            let urgency = notification.kind == .needsYou || notification.kind == .failed ? "critical" : "normal"
            return ChildCommand(
                "notify-send", ["--app-name=cco", "--urgency=\(urgency)", "--", notification.title, desktopBody(notification.text)],
                environment: environment, timeout: commandTimeout, outputLimit: 4096)
        }
    }

    /// - Throws: `Failure`.
    func send(_ notification: Notification) async throws {
        let result: ChildCommandResult
        do {
            result = try await command(notification).run()
        } catch {
            throw Failure(description: "\(error)")
        }
        guard !result.succeeded else { return }
        throw Failure(description: "\(result.exit): \(result.errorText.prefix(300))")
    }

    private static func json(_ notification: Notification) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(notification))
    }

    private static func body(_ notification: Notification, _ format: Notifications.Format) throws -> [UInt8] {
        switch format {
        case .json: return try json(notification)
        case .slack:
            return Array(try JSONEncoder().encode(["text": withoutMarkup(notification.message)]))
        }
    }

    /// As `notify-send` has to be given it: it resolves escapes with a backslash, and desktops show what is marked up.
    static func desktopBody(_ text: String) -> String { withoutMarkup(text).replacing("\\", with: "\\\\") }

    /// Slack and desktops read these three as markup, and the words may be an agent's.
    private static func withoutMarkup(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// A value as curl's configuration has it: JSON is one line, and the rest has no control characters.
    private static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}

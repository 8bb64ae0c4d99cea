import FoundationEssentials
import Processes
import Telemetry

/// Requests over TLS, through curl as webhooks are: whoever keeps the system's TLS and its roots up to date keeps this one, and there is no library of
/// it in cco. Headers, which may hold a key, are read from standard input and so in no process title; the body from a private file.
struct CurlDelivery: Sendable {
    let environment: [String: String]

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// - Returns: the status of the answer.
    /// - Throws: `Failure` when there was none; `Commands.Failure` when the body cannot be put down.
    func send(_ request: OTLPExporter.SecureRequest) async throws -> Int {
        let folder = try TemporaryFolder("export", environment: environment)
        let result: ChildCommandResult
        do {
            let body = folder.path + "/body"
            try Data(request.body).write(to: URL(filePath: body))
            result = try await ChildCommand(
                "curl", ["--disable", "--config", "-"], environment: environment, standardInput: Array(settings(request, body).utf8),
                timeout: .seconds(request.timeout + 5), outputLimit: 4096
            ).run()
        } catch {
            await folder.remove()
            throw error
        }
        await folder.remove()
        guard result.succeeded, let status = Int(result.outputText.prefix(3)) else {
            let words = result.errorText.prefix(300).split(whereSeparator: \.isNewline).joined(separator: " ")
            throw Failure(description: words.isEmpty ? "curl: \(result.exit)" : words)
        }
        return status
    }

    /// As curl's configuration has it. No redirection is followed, since that could lead anywhere.
    private func settings(_ request: OTLPExporter.SecureRequest, _ body: String) -> String {
        var settings = [
            ("url", request.url), ("data-binary", "@\(body)"), ("output", "/dev/null"), ("write-out", "%{http_code}"), ("proto", "=https"),
            ("max-time", "\(request.timeout)"),
        ]
        settings += request.headers.map { ("header", "\($0.name): \($0.value)") }
        if let certificate = request.certificate { settings.append(("cacert", certificate)) }
        let lines = settings.map { name, value in
            "\(name) = \"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        }
        return (lines + ["silent", "show-error", "globoff"]).joined(separator: "\n")
    }
}

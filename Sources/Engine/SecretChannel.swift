/// Takes the credential out of an agent's environment: the shim passes it to the CLI through a pipe, and the environment only names the
/// descriptor. The agent's tools then neither inherit it nor find it in `/proc/PID/environ`.
///
/// Measured with Claude Code 2.1.330: both variables are honoured in `-p` mode, go before a stored login, and leave nothing in the CLI's folder.
enum SecretChannel {
    private static let channels = [
        "ANTHROPIC_API_KEY": "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
        "CLAUDE_CODE_OAUTH_TOKEN": "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR",
    ]

    /// Replaces the first of the two credentials that is there; the other is taken away, so that none is left in the environment. Bearer tokens and cloud providers' variables have no such channel and stay.
    static func conceal(_ variables: inout [String: String]) {
        for (name, channel) in channels.sorted(by: { $0.key < $1.key }) {
            guard let secret = variables.removeValue(forKey: name), !secret.isEmpty, variables["CCO_SECRET"] == nil else { continue }
            variables["CCO_SECRET"] = secret
            variables["CCO_SECRET_VARIABLE"] = channel
        }
    }
}

/// Keeps the credential from what an agent's tools see: they neither inherit it nor find it by listing their environment.
///
/// - An API key or a subscription's token leaves the environment altogether: the shim passes it to the CLI through a pipe, and a variable only
///   names the descriptor. Measured with Claude Code 2.1.330: both variables are honoured in `-p` mode, go before a stored login, and leave
///   nothing in the CLI's folder.
/// - Bearer tokens and cloud providers' variables have no such channel in the CLI, so they stay in its own environment; its shell drops them
///   before any command runs (`CLAUDE_CODE_SHELL_PREFIX`). A tool that reads its parent's `/proc/PID/environ` on purpose still finds them.
enum SecretChannel {
    private static let channels = [
        "ANTHROPIC_API_KEY": "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
        "CLAUDE_CODE_OAUTH_TOKEN": "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR",
    ]

    /// Replaces the first of the two credentials that have a channel; the other is taken away, so that none is left in the environment.
    ///
    /// - Parameter credential: names of all variables that belong to the credential; those that stay are hidden from the shell's commands.
    static func conceal(_ variables: inout [String: String], credential: Set<String>) {
        for (name, channel) in channels.sorted(by: { $0.key < $1.key }) {
            guard let secret = variables.removeValue(forKey: name), !secret.isEmpty, variables["CCO_SECRET"] == nil else { continue }
            variables["CCO_SECRET"] = secret
            variables["CCO_SECRET_VARIABLE"] = channel
        }
        let hidden = credential.filter { variables[$0] != nil && isVariableName($0) }.sorted()
        if !hidden.isEmpty { variables["CLAUDE_CODE_SHELL_PREFIX"] = shellPrefix(hiding: hidden) }
    }

    /// The CLI appends the command as one quoted word. It takes the prefix for a program and its options, parted at the last " -": hence the tab.
    private static func shellPrefix(hiding names: [String]) -> String {
        "/bin/sh -c 'unset \(names.joined(separator: " ")) CLAUDE_CODE_SHELL_PREFIX; exec \"${SHELL:-/bin/bash}\"\t-c \"$1\"' sh"
    }

    private static func isVariableName(_ name: String) -> Bool {
        name.unicodeScalars.first.map { !("0"..."9").contains($0) } == true
            && name.unicodeScalars.allSatisfy {
                $0 == "_" || ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
            }
    }
}

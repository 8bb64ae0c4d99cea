/// A short-lived command, such as one call of git: started, watched to its end and collected within one call.
///
/// The command gets exactly the given environment, a process group of its own, and standard input from a file in memory, so that
/// neither a child that stops reading nor one that floods both of its outputs can block the caller. When the command has ended,
/// timed out or been cancelled, whatever is left of its process group is killed.
package struct ChildCommand: Sendable {
    /// A path with a slash in it, or a name looked up on the PATH of ``environment``.
    package var executable: String
    /// The arguments after the executable. They are visible to other processes: never put a secret here.
    package var arguments: [String]
    /// The complete environment; nothing is inherited.
    package var environment: [String: String]
    /// Where it runs; nil means the caller's own working directory.
    package var workingDirectory: String?
    /// What it reads on standard input; empty means `/dev/null`.
    package var standardInput: [UInt8]
    /// How long it may run before its whole process group is killed.
    package var timeout: Duration
    /// Bytes kept of each output stream; the rest is drained and counted.
    package var outputLimit: Int

    package init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        workingDirectory: String? = nil,
        standardInput: [UInt8] = [],
        timeout: Duration = .seconds(120),
        outputLimit: Int = 16 << 20
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardInput = standardInput
        self.timeout = timeout
        self.outputLimit = outputLimit
    }

    /// The command for messages: at most 200 characters.
    var summary: String {
        let text = ([executable] + arguments).joined(separator: " ")
        return text.count <= 200 ? text : String(text.prefix(199)) + "…"
    }
}

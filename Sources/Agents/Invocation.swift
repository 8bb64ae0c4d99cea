/// A process to start for a turn: what it is called with, what it reads, and what has to be on disk before.
package struct Invocation: Sendable, Equatable {
    /// A file that has to be written, with mode 0600, before the process starts.
    package struct File: Sendable, Equatable {
        package var path: String
        package var contents: String

        package init(path: String, contents: String) {
            self.path = path
            self.contents = contents
        }
    }

    /// The executable's path.
    package var executable: String
    /// The arguments after the executable's name. Everybody on the machine can read them, so no prompt and no secret is among them.
    package var arguments: [String]
    /// The file that the process gets as its standard input.
    package var standardInput: File
    /// Whether it can be told more while it works, and ends when its input does.
    package var takesMessages: Bool
    /// Other files that the arguments name.
    package var files: [File]
    /// Variables that belong to the backend, to be set over those of `AgentEnvironment`.
    package var environment: [String: String]

    package init(
        executable: String, arguments: [String], standardInput: File, takesMessages: Bool = false, files: [File],
        environment: [String: String]
    ) {
        self.executable = executable
        self.arguments = arguments
        self.standardInput = standardInput
        self.takesMessages = takesMessages
        self.files = files
        self.environment = environment
    }
}

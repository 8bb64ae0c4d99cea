/// What a finished ``ChildCommand`` left behind.
package struct ChildCommandResult: Sendable, Equatable {
    /// How it ended.
    package var exit: ProcessExit
    /// The first bytes of its standard output, at most the command's output limit.
    package var standardOutput: [UInt8]
    /// The first bytes of its standard error, at most the command's output limit.
    package var standardError: [UInt8]
    /// Bytes of either stream beyond the limit; they were read and thrown away.
    package var discardedBytes: Int

    package init(exit: ProcessExit, standardOutput: [UInt8], standardError: [UInt8], discardedBytes: Int = 0) {
        self.exit = exit
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.discardedBytes = discardedBytes
    }

    /// Whether something was thrown away.
    package var truncated: Bool { discardedBytes > 0 }
    /// Whether it ended by itself with code 0.
    package var succeeded: Bool { exit.succeeded }
    /// Standard output as text; invalid UTF-8 is replaced, so never use it for paths or contents that must stay exact.
    package var outputText: String { String(decoding: standardOutput, as: UTF8.self) }
    /// Standard error as text, for messages.
    package var errorText: String { String(decoding: standardError, as: UTF8.self) }
}

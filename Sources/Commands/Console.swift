import Glibc

/// Where a command talks to a person: standard output and standard error, and a keyboard when there is one. Tests bring their own.
package struct Console: Sendable {
    /// Writes a line to standard output.
    package var write: @Sendable (String) -> Void
    /// Writes a line to standard error.
    package var warn: @Sendable (String) -> Void
    /// Writes a question without ending the line.
    package var ask: @Sendable (String) -> Void
    /// The next line that a person types, without its end; `nil` at the end of the input.
    package var readLine: @Sendable () async -> String?
    /// The same without showing it, for secrets.
    package var readSecret: @Sendable () async -> String?
    /// Whether a person can be asked.
    package var isInteractive: Bool
    /// Whether colour reaches a terminal that shows it.
    package var hasColour: Bool
    /// Columns of the terminal; `nil` when it is none.
    package var width: Int?
    /// Whether somebody may still read standard output. Whoever only shows what others do ends when nobody does.
    package var hasReader: @Sendable () -> Bool

    package init(
        write: @escaping @Sendable (String) -> Void, warn: @escaping @Sendable (String) -> Void, ask: @escaping @Sendable (String) -> Void,
        readLine: @escaping @Sendable () async -> String?, readSecret: @escaping @Sendable () async -> String?, isInteractive: Bool,
        hasColour: Bool, width: Int? = nil, hasReader: @escaping @Sendable () -> Bool = { true }
    ) {
        self.write = write
        self.warn = warn
        self.ask = ask
        self.readLine = readLine
        self.readSecret = readSecret
        self.isInteractive = isInteractive
        self.hasColour = hasColour
        self.width = width
        self.hasReader = hasReader
    }

    /// The process's own.
    package static func process(environment: [String: String]) -> Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let wantsColour = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        let output = TextOutput.standard
        return Console(
            write: { output.write($0 + "\n") }, warn: { TextOutput.error.write($0 + "\n") }, ask: { output.write($0) },
            readLine: { await Blocking.run { Swift.readLine() } }, readSecret: { await Blocking.run { HiddenLine.read() } },
            isInteractive: isatty(STDIN_FILENO) == 1 && isTerminal, hasColour: isTerminal && wantsColour,
            width: isTerminal ? columns() : nil, hasReader: { output.hasReader })
    }

    private static func columns() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

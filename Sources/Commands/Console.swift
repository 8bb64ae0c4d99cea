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

    package init(
        write: @escaping @Sendable (String) -> Void, warn: @escaping @Sendable (String) -> Void, ask: @escaping @Sendable (String) -> Void,
        readLine: @escaping @Sendable () async -> String?, readSecret: @escaping @Sendable () async -> String?, isInteractive: Bool,
        hasColour: Bool, width: Int? = nil
    ) {
        self.write = write
        self.warn = warn
        self.ask = ask
        self.readLine = readLine
        self.readSecret = readSecret
        self.isInteractive = isInteractive
        self.hasColour = hasColour
        self.width = width
    }

    /// The process's own.
    package static func process(environment: [String: String]) -> Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let wantsColour = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        return Console(
            write: { put($0 + "\n", to: STDOUT_FILENO) }, warn: { put($0 + "\n", to: STDERR_FILENO) },
            ask: { put($0, to: STDOUT_FILENO) }, readLine: { await Blocking.run { Swift.readLine() } },
            readSecret: { await Blocking.run { readWithoutEcho() } }, isInteractive: isatty(STDIN_FILENO) == 1 && isTerminal,
            hasColour: isTerminal && wantsColour, width: isTerminal ? columns() : nil)
    }

    /// Writes at once, so that the order of the two streams is the order of the calls. A reader that has gone is no error of ours.
    private static func put(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func readWithoutEcho() -> String? {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return Swift.readLine() }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            put("\n", to: STDOUT_FILENO)
        }
        return Swift.readLine()
    }

    private static func columns() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

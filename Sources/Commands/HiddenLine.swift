import Glibc

/// A line that a person types and nobody sees, such as a key.
enum HiddenLine {
    /// - Returns: the line without its end; `nil` at the end of the input.
    static func read() -> String? {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return Swift.readLine() }
        let handlers = endVisibly([SIGINT, SIGTERM, SIGHUP])
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            for (number, handler) in handlers { signal(number, handler) }
            TextOutput.standard.write("\n")
        }
        return Swift.readLine()
    }

    private typealias Handler = @convention(c) (Int32) -> Void

    /// Has the terminal show again what is typed before one of these signals ends cco: it keeps its settings longer than any program.
    ///
    /// - Returns: what was done about them before.
    private static func endVisibly(_ signals: [Int32]) -> [(number: Int32, handler: Handler?)] {
        var before: [(number: Int32, handler: Handler?)] = []
        for number in signals {
            // All calls are among those that a handler may make.
            let handler = signal(number) { number in
                var settings = termios()
                // In the background the terminal is somebody else's, and changing it would stop cco.
                if tcgetpgrp(STDIN_FILENO) == getpgrp(), tcgetattr(STDIN_FILENO, &settings) == 0 {
                    settings.c_lflag |= tcflag_t(ECHO)
                    tcsetattr(STDIN_FILENO, TCSANOW, &settings)
                }
                signal(number, SIG_DFL)
                raise(number)
            }
            before.append((number: number, handler: handler))
        }
        return before
    }
}

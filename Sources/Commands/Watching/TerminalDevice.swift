import Glibc
import Synchronization
import Terminal

/// The terminal that this process has, taken for a full-screen view and given back as it was.
final class TerminalDevice: Sendable {
    /// What the terminal sends, in the pieces in which it comes. Ends when the terminal is gone.
    let input: AsyncStream<[Key]>
    /// Closing its write end ends the reading thread.
    private let stop: KernelPipe
    private let before: termios
    private let isGivenBack = Atomic(false)

    /// Takes the terminal: keys come one by one and are not shown, and Ctrl-C is a key like others.
    ///
    /// - Throws: `Failure` when standard input is no terminal, or the system gives no pipe.
    init() throws {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw SystemFailure.current("read the terminal's settings") }
        before = settings
        cfmakeraw(&settings)
        let stop = try KernelPipe()
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else { throw SystemFailure.current("change the terminal's settings") }
        self.stop = stop
        // A person types less than this between two looks; what is beyond is dropped, as a terminal does. Of a long paste that is text and
        // never the marks around it: they have been read by then.
        let (input, continuation) = AsyncStream<[Key]>.makeStream(bufferingPolicy: .bufferingOldest(256))
        self.input = input
        Blocking.start { TerminalDevice.read(until: stop.readEnd, continuation) }
        write(Painter.opening)
    }

    deinit { giveBack() }

    /// Gives the terminal back as it was; what is written afterwards is not shown. Whoever has taken it calls this at the end: a task that is just
    /// ending may hold the device for longer than the process lives.
    func giveBack() {
        guard !isGivenBack.exchange(true, ordering: .acquiringAndReleasing) else { return }
        close(stop.writeEnd)
        var settings = before
        TextOutput.standard.write(Painter.closing)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    var size: ScreenSize {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return ScreenSize(rows: 24, columns: 80)
        }
        return ScreenSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }

    /// A terminal that has gone takes nothing, and needs nothing.
    func write(_ text: String) {
        guard !isGivenBack.load(ordering: .acquiring) else { return }
        TextOutput.standard.write(text)
    }

    /// Whether a terminal with this environment shows characters beyond ASCII (POSIX: the first of the three that is set counts).
    static func isASCII(_ environment: [String: String]) -> Bool {
        let name = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let plain = name.lowercased().filter { $0 != "-" }
        return !plain.contains("utf8")
    }

    private static func read(until stop: Int32, _ continuation: AsyncStream<[Key]>.Continuation) {
        var keys = KeyReader()
        var buffer = [UInt8](repeating: 0, count: 1024)
        var polled = [pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: stop, events: Int16(POLLIN), revents: 0)]
        while poll(&polled, 2, -1) >= 0 || errno == EINTR {
            if polled[1].revents != 0 { break }
            guard polled[0].revents != 0 else { continue }
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count > 0 { continuation.yield(keys.keys(in: buffer[..<count])) } else if count == 0 || errno != EINTR { break }
        }
        continuation.finish()
        close(stop)
    }
}

import Glibc
import Synchronization

/// One of the process's outputs, and what became of what was written to it. No write is answered: whoever needs to know asks.
final class TextOutput: Sendable {
    static let standard = TextOutput(STDOUT_FILENO)
    static let error = TextOutput(STDERR_FILENO)

    private struct State {
        var hasReader = true
        /// The error of the first write that failed otherwise.
        var error: Int32?
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Whether somebody may still read it. A reader, or a terminal, that has gone does not come back.
    var hasReader: Bool { state.withLock { $0.hasReader } }

    /// Why something is missing from it; `nil` when nothing is. A reader that has gone misses nothing.
    var failure: Failure? {
        guard let error = state.withLock({ $0.error }) else { return nil }
        return Failure(
            "standard output could not be written: \(String(cString: strerror(error))). The command has done its work, but what it "
                + "printed is not complete; make room, or have it print somewhere else.", .cannotCreate)
    }

    /// Writes at once, so that the order of two outputs is the order of the calls. Waits for a reader who is slow, also where the
    /// descriptor does not, because another program that shares it has changed that.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            // The system promises that something is written or an error told.
            let error = count < 0 ? errno : EIO
            switch error {
            case EINTR: continue
            case EAGAIN: awaitRoom()
            default: return note(error)
            }
        }
    }

    private func awaitRoom() {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // However it ends, the next write tells how things are.
        _ = poll(&polled, 1, -1)
    }

    private func note(_ error: Int32) {
        state.withLock { state in
            switch error {
            case EPIPE, EIO: state.hasReader = false
            default: state.error = state.error ?? error
            }
        }
    }
}

import FoundationEssentials
import Glibc

/// What a detached session tells the process that started it, through a pipe that it inherits.
struct StartReport: Codable, Sendable, Equatable {
    /// The run that has been taken up; missing when the start failed.
    var run: String?
    var pid: Int32?
    var lines: [String] = []
    /// Why the start failed, and its exit code.
    var message: String?
    var status: Int32?
}

/// The detached session's end of the pipe.
struct StartAnnouncement: Sendable {
    let descriptor: Int32

    /// Keeps the descriptor from every program that the session starts: the starter waits for the last copy to be closed.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    func started(run: String, lines: [String]) { send(StartReport(run: run, pid: getpid(), lines: lines)) }

    func failed(_ failure: Failure) { send(StartReport(message: failure.message, status: failure.status.rawValue)) }

    private func send(_ report: StartReport) {
        // A report of strings and integers can always be encoded. When the starter has gone nobody wants it any more.
        guard let data = try? JSONEncoder().encode(report) else { return }
        var rest = Array(data)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
    }
}

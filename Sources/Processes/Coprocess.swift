import CProcesses
import Glibc

/// A child process that answers requests one after the other, such as `git cat-file --batch-command`: what many starts of it would cost is
/// paid once.
///
/// It ends with its owner, however that ends: its standard input is a socket whose other end only this process holds, and such programs end
/// when their input does. Nothing but the given environment is inherited.
///
/// Rule for callers: one request at a time.
package actor Coprocess {
    /// The child's number, which no other process gets before ``end()``.
    package nonisolated let pid: Int32
    private nonisolated let name: String
    private nonisolated let ends: Ends
    /// Read, and not part of an answer yet.
    private var unread: [UInt8] = []

    /// What is open, closed once by whoever comes first.
    private struct Ends: Sendable {
        /// Our end of the child's standard input.
        var input: Int32
        var output: Int32
        /// A file in memory that the child has as its standard error.
        var errors: Int32
        var pidfd: Int32
    }
    private var isOpen = true

    /// - Parameter executable: a path, or a name looked up on the PATH of `environment`.
    /// - Throws: ``ChildCommandError`` when it cannot be started.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String], workingDirectory: String
    ) throws(ChildCommandError) {
        name = String(([executable] + arguments).joined(separator: " ").prefix(200))
        guard let path = Self.resolved(executable, path: environment["PATH"] ?? "") else { throw .executableNotFound(executable) }
        var sockets: [Int32] = [-1, -1]
        var pipe: [Int32] = [-1, -1]
        let errors = cprocesses_memory_file(nil, 0)
        var pid: Int32 = -1
        var pidfd: Int32 = -1
        var code: Int32 = 0
        if errors >= 0, cprocesses_socket_pair(&sockets) == 0, cprocesses_pipe(&pipe) == 0, fcntl(pipe[0], F_SETFL, O_NONBLOCK) == 0 {
            let words = ([executable] + arguments).map { strdup($0) } + [nil]
            let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
            pid = cprocesses_spawn_coprocess(path, words, variables, workingDirectory, sockets[1], pipe[1], errors)
            code = errno
            for text in words + variables { free(text) }
            if pid >= 0 {
                pidfd = cprocesses_pidfd_open(pid)
                code = errno
            }
        } else {
            code = errno
        }
        for descriptor in [sockets[1], pipe[1]] where descriptor >= 0 { close(descriptor) }
        self.pid = pid
        ends = Ends(input: sockets[0], output: pipe[0], errors: errors, pidfd: pidfd)
        guard pidfd >= 0 else {
            for descriptor in [sockets[0], pipe[0], errors] where descriptor >= 0 { close(descriptor) }
            isOpen = false
            throw .notStarted(command: name, reason: "\(SystemError(code: code))")
        }
    }

    deinit {
        guard isOpen else { return }
        let ends = ends
        for descriptor in [ends.input, ends.output, ends.errors] { close(descriptor) }
        // Its input has ended, so it does; somebody has to collect it.
        Task.detached { await Self.collect(ends.pidfd, within: .seconds(5)) }
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - request: at most 64 KiB, so that it fits without waiting for the child to read.
    ///   - limit: after which the child is killed.
    ///   - parse: is given everything that is unread so far, and returns the answer with the number of bytes that it took, or nil when there is
    ///     not enough yet.
    /// - Throws: ``ChildCommandError``; the child is of no more use then.
    package func ask<Answer: Sendable>(
        _ request: [UInt8], within limit: Duration, parse: @Sendable (ArraySlice<UInt8>) -> (Answer, taken: Int)?
    ) async throws(ChildCommandError) -> Answer {
        guard isOpen else { throw .notSupervised(command: name, reason: "it has ended") }
        guard request.count <= 64 << 10, request.withUnsafeBytes({ cprocesses_send(ends.input, $0.baseAddress, $0.count) }) == 0 else {
            throw .notSupervised(command: name, reason: "it does not take a request of \(request.count) bytes: \(failure)")
        }
        let pidfd = ends.pidfd
        let alarm = Task {
            // Cancelled as soon as there is an answer. The descriptor names the child as long as it is not collected.
            guard (try? await Alarm.wait(for: limit)) != nil else { return false }
            _ = cprocesses_pidfd_signal(pidfd, SIGKILL)
            return true
        }
        defer { alarm.cancel() }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let (answer, taken) = parse(unread[...]) {
                unread.removeFirst(taken)
                return answer
            }
            do {
                try await KernelEvents.shared.untilReadable(ends.output)
            } catch {
                throw .notSupervised(command: name, reason: "\(error)")
            }
            let count = read(ends.output, &buffer, buffer.count)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else {
                alarm.cancel()
                if await alarm.value { throw .timedOut(command: name, after: limit, standardError: failure) }
                throw .notSupervised(command: name, reason: failure)
            }
            unread.append(contentsOf: buffer[..<count])
        }
    }

    /// What the child said on its standard error, at most 2,000 bytes.
    private var failure: String {
        var buffer = [UInt8](repeating: 0, count: 2_000)
        let count = pread(ends.errors, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : "it ended without a word"
    }

    /// Ends the child by ending its input, and collects it. Harmless when it has ended already.
    ///
    /// - Parameter onExit: called when the child has exited and its number cannot be another's yet.
    package func end(onExit: @Sendable () -> Void = {}) async {
        guard isOpen else { return }
        isOpen = false
        // Without a reader it cannot stay to write what nobody wants.
        for descriptor in [ends.input, ends.output, ends.errors] { close(descriptor) }
        await Self.collect(ends.pidfd, within: .seconds(5), onExit: onExit)
    }

    private static func collect(_ pidfd: Int32, within limit: Duration, onExit: @Sendable () -> Void = {}) async {
        let alarm = Task {
            guard (try? await Alarm.wait(for: limit)) != nil else { return }
            _ = cprocesses_pidfd_signal(pidfd, SIGKILL)
        }
        // Not to be cut short by a cancellation: an uncollected child would stay as a zombie.
        await Task {
            do {
                try await KernelEvents.shared.untilReadable(pidfd)
            } catch {
                _ = cprocesses_pidfd_signal(pidfd, SIGKILL)
            }
        }.value
        alarm.cancel()
        await alarm.value
        onExit()
        _ = cprocesses_pidfd_reap(pidfd)
        close(pidfd)
    }

    /// The program's file; one that no folder of `path` has is nil.
    static func resolved(_ executable: String, path: String) -> String? {
        if executable.contains("/") { return executable }
        // A folder that is named from the present one would be another one where the program is started.
        return path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(executable)" }.first { access($0, X_OK) == 0 }
    }
}

import ConfigurationFiles
import FoundationEssentials
import Glibc

/// Starts cco again in a session of its own, with its output in a file, and waits until it says how the start went.
struct DetachedStart: Sendable {
    var surroundings: Surroundings
    /// The arguments of the new process, without the program's name.
    var arguments: [String]
    /// Where its output goes.
    var log: String

    /// The descriptor at which the new process finds the pipe.
    static let descriptor: Int32 = 3
    /// Bytes of the log that are kept at a new start.
    static let logLimit = 1 << 20

    /// - Throws: `Failure` with the new process's own message and exit code when it could not start.
    func run() async throws -> StartReport {
        let pipe = try KernelPipe()
        let pid: pid_t
        do {
            defer { close(pipe.writeEnd) }
            pid = try spawn(pipe: pipe.writeEnd)
        }
        let signals = try Signals([SIGINT, SIGTERM])
        // Whoever stops the starter means the session: it says itself how that ended.
        let passing = Task { for await number in signals.numbers { kill(pid, number) } }
        defer { passing.cancel() }
        let bytes = await Blocking.run { Self.readToEnd(pipe.readEnd) }
        // Anything but a report means that the session ended without one.
        if let report = try? JSONDecoder().decode(StartReport.self, from: Data(bytes)) {
            guard report.run == nil else { return report }
            throw Failure(report.message ?? "the start failed", report.status.flatMap(CommandStatus.init(rawValue:)) ?? .unexpected)
        }
        let ending = await Blocking.run { Self.ending(of: pid) }
        throw Failure("cco ended while it was starting (\(ending)). The end of \(log):\n\(Self.tail(of: log))", .unexpected)
    }

    private func spawn(pipe: Int32) throws -> pid_t {
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw SystemFailure.current("open \(log)") }
        defer { close(output) }
        guard fchmod(output, 0o600) == 0, lseek(output, 0, SEEK_END) <= Self.logLimit || ftruncate(output, 0) == 0 else {
            throw SystemFailure.current("prepare \(log)")
        }
        // Moved out of the way of the descriptors that it becomes: copying one to itself would leave it close-on-exec.
        let source = fcntl(pipe, F_DUPFD_CLOEXEC, 10)
        guard source >= 0 else { throw SystemFailure.current("duplicate a pipe") }
        defer { close(source) }
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, source, Self.descriptor)
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(Self.newSession))
        var pid: pid_t = 0
        let words = [surroundings.executable] + arguments
        let variables = surroundings.environment.map { "\($0.key)=\($0.value)" }
        let code = Self.withCStrings(words) { words in
            Self.withCStrings(variables) { variables in
                posix_spawn(&pid, surroundings.executable, &actions, &attributes, words, variables)
            }
        }
        guard code == 0 else {
            throw Failure("start \(surroundings.executable): \(String(cString: strerror(code)))", SystemFailure.status(code))
        }
        return pid
    }

    /// `POSIX_SPAWN_SETSID`, which the C library's module does not show.
    private static let newSession: Int32 = 0x80

    private static func readToEnd(_ descriptor: Int32) -> [UInt8] {
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    private static func ending(of pid: pid_t) -> String {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 { if errno != EINTR { return "its end was not seen" } }
        return status & 0x7f == 0 ? "exit code \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
    }

    private static func tail(of path: String) -> String {
        // Only decoration of an error that is thrown anyway.
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return "" }
        return String(decoding: data.suffix(2000), as: UTF8.self)
    }

    private static func withCStrings<Result>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}

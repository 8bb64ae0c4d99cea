import Glibc

@testable import Commands

/// A child process that waits until its standard input is closed or written to.
final class StrayProcess {
    let pid: pid_t
    private let input: Int32
    private var status: Int32?

    init(_ command: [String], variable: String) throws {
        let pipe = try KernelPipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipe.readEnd, STDIN_FILENO)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = [strdup(variable), strdup("PATH=/usr/bin:/bin"), nil]
        var child: pid_t = 0
        let code = posix_spawn(&child, command[0], &actions, nil, &arguments, &variables)
        close(pipe.readEnd)
        guard code == 0 else { throw Failure("spawn: \(code)", .unexpected) }
        pid = child
        input = pipe.writeEnd
    }

    func say(_ line: String) { _ = Array((line + "\n").utf8).withUnsafeBytes { write(input, $0.baseAddress, $0.count) } }

    /// The signal that has ended it, 0 when it has ended by itself, `nil` while it lives. Never waits: a test must not hang on it.
    func ending() -> Int32? {
        if let status { return status & 0x7f }
        var found: Int32 = 0
        guard waitpid(pid, &found, WNOHANG) == pid else { return nil }
        status = found
        return found & 0x7f
    }

    deinit {
        if status == nil {
            kill(pid, SIGKILL)
            var ignored: Int32 = 0
            while waitpid(pid, &ignored, 0) < 0 && errno == EINTR {}
        }
        close(input)
    }
}

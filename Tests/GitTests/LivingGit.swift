import Glibc
import Orchestration
import Processes

@testable import Git

/// A real git process that works on a git directory until it is let go.
final class LivingGit: Sendable {
    let pid: Int32
    private let requests: Int32
    private let answers: Int32

    /// Starts a detached `git cat-file` there, which is no descendant of this process.
    ///
    /// - Parameter isMarked: whether it carries the mark of cco's git commands.
    init(at gitDirectory: String, in test: TemporaryRepository, isMarked: Bool) async throws {
        let name = "\(test.folder)/living-\(UInt64.random(in: .min ... .max))"
        requests = try Self.pipe(name + ".in")
        answers = try Self.pipe(name + ".out")
        let mark = isMarked ? "\(GitProcesses.mark)=\(gitDirectory) " : ""
        // The answer proves that it has left the shell's process group, and is git by now.
        let script = """
            \(mark)setsid git --git-dir=\(gitDirectory) cat-file --batch-check < \(name).in > \(name).out 2> /dev/null &
            echo HEAD > \(name).in; read answer < \(name).out; echo $!
            """
        pid = Int32(try await test.shell(script)) ?? 0
        guard pid > 0 else { throw GitError.invalid("starting git", "no process number") }
    }

    /// Open for reading and writing, so that neither end ever has to wait for the other.
    private static func pipe(_ path: String) throws -> Int32 {
        guard mkfifo(path, 0o600) == 0 else { throw GitError.system("making \(path)") }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw GitError.system("opening \(path)") }
        return descriptor
    }

    deinit {
        // Its input ends, and so it does.
        close(requests)
        close(answers)
    }

    var identity: ProcessIdentity? { get throws { try ProcessIdentity.of(pid: pid) } }
}

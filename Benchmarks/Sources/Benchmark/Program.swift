import Foundation

/// A program that was run to its end, with what it and everything that it waited for has cost.
struct Program {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Result {
        var exit: Int32
        var output: String
        /// Wall clock.
        var seconds: Double
        /// Processor time, user and system, of the program and all its descendants that were waited for.
        var processorSeconds: Double
    }

    var words: [String]
    var folder: String
    var environment: [String: String]

    /// - Parameter allowing: exit codes that are no failure.
    @discardableResult
    func run(allowing: Set<Int32> = [0]) throws -> Result {
        let capture = "\(folder)/.output-\(UUID().uuidString)"
        defer { unlink(capture) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, capture, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, capture + ".errors", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { unlink(capture + ".errors") }
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var child: pid_t = 0
        let start = ContinuousClock.now
        let error = posix_spawnp(&child, words[0], &actions, nil, arguments, variables)
        guard error == 0 else { throw Failure(description: "\(words[0]): \(String(cString: strerror(error)))") }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw Failure(description: "wait4: \(String(cString: strerror(errno)))") }
        }
        let seconds = (ContinuousClock.now - start).seconds
        let exit = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        let output = try String(contentsOfFile: capture, encoding: .utf8)
        guard allowing.contains(exit) else {
            let errors = try String(contentsOfFile: capture + ".errors", encoding: .utf8)
            throw Failure(description: "\(words.joined(separator: " ")) ended with \(exit)\n\(output.suffix(2_000))\(errors.suffix(2_000))")
        }
        return Result(
            exit: exit, output: output, seconds: seconds, processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) * 1e-6 }
}

import Foundation

/// A program that goes on while others are looked at.
final class Background {
    let pid: pid_t
    private let output: String
    private var isOver = false

    /// Starts it; what it prints goes to files in the laboratory's folder.
    init(_ words: [String], _ laboratory: Laboratory, environment more: [String: String] = [:]) throws {
        output = "\(laboratory.root)/.background-\(UUID().uuidString)"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, output + ".errors", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let arguments = words.map { strdup($0) } + [nil]
        let variables = laboratory.environment.merging(more) { _, new in new }.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var child: pid_t = 0
        let error = posix_spawnp(&child, words[0], &actions, nil, arguments, variables)
        guard error == 0 else { throw Program.Failure(description: "\(words[0]): \(String(cString: strerror(error)))") }
        pid = child
    }

    /// What it has printed so far.
    var text: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    var errors: String { (try? String(contentsOfFile: output + ".errors", encoding: .utf8)) ?? "" }

    /// Asks it to end and waits for that.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) -> Int32 {
        guard !isOver else { return 0 }
        isOver = true
        kill(pid, signal)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Whether it has ended by itself.
    var hasEnded: Bool {
        guard !isOver else { return true }
        var status: Int32 = 0
        isOver = waitpid(pid, &status, WNOHANG) == pid
        return isOver
    }

    deinit { end(SIGKILL) }

    /// Looks every 20 ms until `isTrue`; fails after a time, or when the program has ended.
    func wait(_ what: String, seconds: Double = 120, until isTrue: () throws -> Bool) throws {
        let start = ContinuousClock.now
        while try !isTrue() {
            guard !hasEnded else {
                throw Program.Failure(description: "\(what): the program has ended\n\(text.suffix(500))\(errors.suffix(500))")
            }
            guard (ContinuousClock.now - start).seconds < seconds else {
                throw Program.Failure(description: "\(what): nothing after \(seconds) s\n\(text.suffix(500))\(errors.suffix(500))")
            }
            usleep(20_000)
        }
    }

    /// Private memory in KB, as the kernel counts it.
    func privateKilobytes() throws -> Double {
        let lines = try String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8).split(separator: "\n")
        return lines.filter { $0.hasPrefix("Private_") }.reduce(0) { sum, line in
            sum + (line.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0)
        }
    }

    /// Processor time so far, in seconds.
    func processorSeconds() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = (text.lastIndex(of: ")").map { text[text.index(after: $0)...] } ?? "").split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw Program.Failure(description: "/proc/\(pid)/stat cannot be read")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

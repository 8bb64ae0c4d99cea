import Processes

/// The git executable and the environments it runs in. Every git command of cco goes through this value.
///
/// There are two ways to run git, and they never mix:
/// - *Local*: plumbing on repositories that cco owns. The git directory is always explicit, and neither the user's nor the system's
///   configuration is read, so that the result depends on the repository alone. Hooks, fsmonitor, automatic gc and maintenance,
///   external diffs, text conversions and the `ext` transport are off. Filters and merge drivers that a `.gitattributes` names have
///   no configuration and thus cannot run; Git LFS pointers stay pointers.
/// - *Origin*: clone, fetch, ls-remote and push. These need the user's credential helpers, ssh agent and `insteadOf` rules, and so run
///   with the user's environment and configuration, without any prompt, and only ever in a repository whose own configuration is cco's.
package struct Git: Sendable {
    /// How a command runs.
    package enum Reach: Sendable {
        /// Hardened and hermetic.
        case local
        /// With the user's configuration and environment, to talk to the origin.
        case origin
    }

    /// A path, or a name looked up on the environment's `PATH`.
    package let executable: String
    let localEnvironment: [String: String]
    let originEnvironment: [String: String]

    /// - Parameters:
    ///   - executable: a path, or a name looked up on the environment's `PATH`.
    ///   - environment: the user's environment, used for the origin. Local commands take only `PATH` and `TMPDIR` from it.
    package init(executable: String = "git", environment: [String: String]) {
        self.executable = executable
        self.localEnvironment = Self.localEnvironment(from: environment)
        self.originEnvironment = Self.originEnvironment(from: environment)
    }

    /// Runs git and returns its result whatever the exit code.
    ///
    /// - Parameters:
    ///   - arguments: the command and its arguments; visible to other processes, so never a secret.
    ///   - location: the git directory, and the worktree where the command needs one.
    ///   - timeout: after which git is killed and the error's kind is `unreachable` for the origin, `other` locally.
    ///   - limit: bytes kept of the output.
    ///   - isInterruptible: whether a local command is killed when the calling task is cancelled; those for the origin always are.
    /// - Throws: ``GitError`` when git could not be run to its end. A git that was killed has no result either: what it did not say must
    ///   not be read as an answer, such as "there is no such ref".
    package func attempt(
        _ arguments: [String], at location: GitLocation?, reach: Reach = .local, input: [UInt8] = [],
        timeout: Duration = .seconds(120), limit: Int = 64 << 20, isInterruptible: Bool = false
    ) async throws(GitError) -> ChildCommandResult {
        let result = try await once(
            arguments, at: location, reach: reach, input: input, timeout: timeout, limit: limit, isInterruptible: isInterruptible)
        // What a git that was killed a moment ago left behind must not stop the next one until cco is started again. A command that
        // ended at a lock has changed nothing, so it can be repeated.
        guard !result.succeeded, let directory = location?.gitDirectory,
            case .lockHeld(let path) = GitError.Kind(standardError: result.errorText), path.hasPrefix(directory + "/"),
            try await StaleLocks(places: [.init(path: directory)]).release(path, within: .seconds(10))
        else { return result }
        return try await once(
            arguments, at: location, reach: reach, input: input, timeout: timeout, limit: limit, isInterruptible: isInterruptible)
    }

    private func once(
        _ arguments: [String], at location: GitLocation?, reach: Reach, input: [UInt8], timeout: Duration, limit: Int, isInterruptible: Bool
    ) async throws(GitError) -> ChildCommandResult {
        var environment = reach == .local ? localEnvironment : originEnvironment
        if let location {
            environment.merge(location.environment) { $1 }
            environment[GitProcesses.mark] = location.gitDirectory
        }
        let command = ChildCommand(
            executable, Self.hardening + (location?.arguments ?? []) + arguments, environment: environment,
            workingDirectory: location?.workTree ?? "/", standardInput: input, timeout: timeout, outputLimit: limit)
        // A local command is short. Letting it finish after a cancellation is what keeps its lock files from staying behind.
        let outcome: Result<ChildCommandResult, ChildCommandError>
        if reach == .origin || isInterruptible {
            outcome = await Self.result(of: command)
        } else {
            outcome = await Task { await Self.result(of: command) }.value
        }
        switch outcome {
        case .success(let result):
            if case .signaled = result.exit { throw Self.failure(of: arguments, result) }
            return result
        case .failure(let error): throw Self.translated(error, arguments: arguments, reach: reach)
        }
    }

    /// Runs git, and throws unless it exits with 0.
    ///
    /// - Throws: ``GitError`` with the kind read from what git said.
    @discardableResult
    package func run(
        _ arguments: [String], at location: GitLocation?, reach: Reach = .local, input: [UInt8] = [],
        timeout: Duration = .seconds(120), limit: Int = 64 << 20, isInterruptible: Bool = false
    ) async throws(GitError) -> ChildCommandResult {
        let result = try await attempt(
            arguments, at: location, reach: reach, input: input, timeout: timeout, limit: limit, isInterruptible: isInterruptible)
        guard result.succeeded else { throw Self.failure(of: arguments, result) }
        return result
    }

    /// The error for a command that ended badly.
    static func failure(of arguments: [String], _ result: ChildCommandResult) -> GitError {
        GitError(
            kind: .init(standardError: result.errorText), command: "git " + arguments.joined(separator: " "),
            exit: "\(result.exit)", detail: result.errorText.trimmed)
    }

    private static func result(of command: ChildCommand) async -> Result<ChildCommandResult, ChildCommandError> {
        do {
            return .success(try await command.run())
        } catch {
            return .failure(error)
        }
    }

    private static func translated(_ error: ChildCommandError, arguments: [String], reach: Reach) -> GitError {
        let kind: GitError.Kind
        switch error {
        case .cancelled: kind = .cancelled
        case .timedOut where reach == .origin: kind = .unreachable
        default: kind = .other
        }
        return GitError(kind: kind, command: "git " + arguments.joined(separator: " "), detail: error.description)
    }
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}

import CProcesses
import Glibc
import Subprocess
import SystemPackage

extension ChildCommand {
    /// Runs the command and returns how it ended and what it said. A non-zero exit is a result, not an error.
    ///
    /// - Throws: ``ChildCommandError`` when it could not be started, ran too long, or the calling task was cancelled.
    package func run() async throws(ChildCommandError) -> ChildCommandResult {
        if Task.isCancelled { throw .cancelled(command: summary) }
        do {
            return standardInput.isEmpty ? try await run(input: .none) : try await run(input: memoryInput())
        } catch let error as ChildCommandError {
            throw error
        } catch {
            throw Task.isCancelled ? .cancelled(command: summary) : translated(error)
        }
    }

    /// The standard input as a file in memory: a pipe would need a writer that can block, or die of a closed pipe.
    private func memoryInput() throws(ChildCommandError) -> FileDescriptorInput {
        let descriptor = standardInput.withUnsafeBytes { cprocesses_memory_file($0.baseAddress, $0.count) }
        guard descriptor >= 0 else {
            throw .notStarted(command: summary, reason: "no memory file for its standard input: \(SystemError.current)")
        }
        return .fileDescriptor(FileDescriptor(rawValue: descriptor), closeAfterSpawningProcess: true)
    }

    private func run(input: some InputProtocol) async throws -> ChildCommandResult {
        var options = PlatformOptions()
        options.processGroupID = 0
        let limit = outputLimit
        let deadline = ContinuousClock.now + timeout
        let outcome = try await Subprocess.run(
            resolvedExecutable(),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            workingDirectory: workingDirectory.map { FilePath($0) },
            platformOptions: options,
            input: input,
            output: .sequence,
            error: .sequence
        ) { execution in
            // Subprocess reaps the leader only after this closure, so its number still names its group here.
            let group = execution.processIdentifier.value
            return await ChildCommandWatch(group: group, descriptor: execution.processIdentifier.processDescriptor).collect(
                standardOutput: execution.standardOutput, standardError: execution.standardError, limit: limit, deadline: deadline)
        }
        let collected = outcome.closureResult
        switch collected.end {
        case .timedOut:
            throw ChildCommandError.timedOut(
                command: summary, after: timeout, standardError: String(decoding: collected.standardError.kept.suffix(500), as: UTF8.self))
        case .cancelled:
            throw ChildCommandError.cancelled(command: summary)
        case .failed(let reason):
            throw ChildCommandError.notSupervised(command: summary, reason: reason)
        case .exited:
            return ChildCommandResult(
                exit: ProcessExit(outcome.terminationStatus), standardOutput: collected.standardOutput.kept,
                standardError: collected.standardError.kept,
                discardedBytes: collected.standardOutput.discarded + collected.standardError.discarded)
        }
    }

    /// Subprocess falls back to its own PATH when the environment has none; here nothing is inherited. It also tries to start the program in
    /// each folder of the PATH, and makes each name with a type for paths that takes longer than all the rest of a start.
    private func resolvedExecutable() throws(ChildCommandError) -> Executable {
        guard let path = environment["PATH"] ?? (executable.contains("/") ? "" : nil) else {
            throw .executableNotFound("\(executable) (the command's environment has no PATH)")
        }
        guard let found = Coprocess.resolved(executable, path: path) else { throw .executableNotFound(executable) }
        return .path(FilePath(found))
    }

    private func translated(_ error: any Error) -> ChildCommandError {
        guard let error = error as? SubprocessError else { return .notSupervised(command: summary, reason: String(describing: error)) }
        switch error.code {
        case .executableNotFound: return .executableNotFound(executable)
        case .failedToChangeWorkingDirectory: return .workingDirectoryUnusable(workingDirectory ?? "")
        case .spawnFailed: return .notStarted(command: summary, reason: error.description)
        default: return .notSupervised(command: summary, reason: error.description)
        }
    }
}

extension ProcessExit {
    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .signaled(let signal): self = .signaled(signal)
        }
    }
}

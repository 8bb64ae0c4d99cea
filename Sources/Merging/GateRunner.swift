import Git
import Orchestration
import Processes

/// Runs the gate's command on an exact commit, under the shim, in a worktree of its own.
package struct GateRunner: Sendable {
    private let launcher: ShimLauncher
    private let environment: [String: String]
    private let outputLimit: Int64
    /// The shim keeps the time limit. One that was stopped (what the gate runs may do that) keeps none: so much later its time is over, too.
    private let patience: Duration
    private let confine: @Sendable (SupervisedProcess.Specification) -> SupervisedProcess.Specification

    /// - Parameters:
    ///   - environment: complete; the gate runs code that agents wrote, so it holds no credential.
    ///   - outputLimit: bytes that it may write to its outputs; a gate that writes more is stopped and red.
    ///   - patience: how much longer than the time limit it is waited for.
    ///   - confine: adds what its processes may use.
    package init(
        launcher: ShimLauncher, environment: [String: String], outputLimit: Int64, patience: Duration = .seconds(60),
        confine: @escaping @Sendable (SupervisedProcess.Specification) -> SupervisedProcess.Specification = { $0 }
    ) {
        self.confine = confine
        self.launcher = launcher
        self.environment = environment
        self.outputLimit = outputLimit
        self.patience = patience
    }

    /// The gate's verdict, or `nil` when it was interrupted and says nothing about the commit.
    ///
    /// - Parameters:
    ///   - isLossRed: whether an end from outside is the commit's own doing, because it has come again and again.
    ///   - worktree: holds exactly the tree that is judged.
    ///   - folder: the folder of this run of the gate; a second call with the same folder takes the first one's process or verdict up.
    /// - Throws: `SupervisionError` or ``GateError`` when it could not be started.
    package func run(
        command: String, worktree: String, folder: String, marker: String, timeLimitMilliseconds: Int64, isLossRed: Bool = false
    ) async throws -> GateResult? {
        let specification = SupervisedProcess.Specification(
            directory: folder, marker: marker, command: ["/bin/sh", "-c", "exec 2>&1\n" + command], workingDirectory: worktree,
            wallClockLimit: .milliseconds(timeLimitMilliseconds))
        // To the end also when the task is cancelled: a process that was started and not followed would run on.
        let process = try await _Concurrency.Task {
            try await launcher.launch(confine(specification), environment: environment, standardInput: [])
        }.value
        CrashPoint.gateBegun.pass()
        let seen: ExitRecord?
        do {
            seen = try await process.waitForExit(within: .milliseconds(timeLimitMilliseconds) + patience, outputLimit: outputLimit)
        } catch is CancellationError {
            _ = try await process.terminate()
            return nil
        }
        if let seen { return try verdict(seen, process, command: command, ofLoss: isLossRed ? Self.isLost : nil) }
        return try verdict(try await process.terminate(), process, command: command, ofLoss: Self.timeIsOver)
    }

    /// Whether a gate that was ended before had been stopped for its output, and so has a verdict.
    package func wasStoppedForOutput(_ process: SupervisedProcess) -> Bool { process.outputBytes > outputLimit }

    private static let timeIsOver = "stopped at its time limit"
    private static let isLost = "ended from outside each time it was run, with what watches over it"

    /// - Parameter loss: what an end that nobody saw, or that came from outside, is in words; `nil` where it says nothing.
    private func verdict(
        _ record: ExitRecord, _ process: SupervisedProcess, command: String, ofLoss loss: String?
    ) throws -> GateResult? {
        let output = process.directory + "/stdout"
        let milliseconds = max(0, record.endedMilliseconds - record.startedMilliseconds)
        let ending: String
        var code: Int32?
        switch record.reason {
        case .exited:
            switch record.exit {
            case .exited(0):
                return .green(milliseconds: milliseconds)
            case .exited(let status):
                code = status
                ending = record.limit.map { "ended at its limit (\($0.rawValue))" } ?? "exit code \(status)"
            case .signaled(let signal):
                ending = record.limit.map { "ended at its limit (\($0.rawValue))" } ?? "ended by signal \(signal)"
            case nil:
                ending = "ended, nobody saw how"
            }
        case .timeout:
            ending = Self.timeIsOver
        case .terminated, .lost:
            guard wasStoppedForOutput(process) else {
                guard let loss else { return nil }
                ending = loss
                break
            }
            ending = "stopped: it wrote more than \(outputLimit >> 20) MB of output (maxOutputMb)"
        case .execFailed:
            // Too many processes, or a full disk: nothing of that is the commit's.
            throw GateError.notStarted(record.failure.map { "\($0)" } ?? "/bin/sh could not be started")
        }
        let log = try GateLog.excerpt(of: output)
        let excerpt = GateExcerpt(
            command: command, exitCode: code, ending: ending, tail: log.text, logPath: output, failure: log.failure)
        return .red(excerpt, milliseconds: milliseconds)
    }
}

/// Why a gate says nothing about a commit.
package enum GateError: Error, Equatable, CustomStringConvertible {
    case notStarted(String)

    package var description: String {
        switch self {
        case .notStarted(let reason): "the gate could not be started: \(reason)"
        }
    }
}

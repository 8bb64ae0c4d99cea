import Foundation
import Synchronization
import Testing

@testable import Processes
@testable import TestSupport

/// A `cco` in the background, under the shim that agents run under too, so that a test can watch, signal and kill it.
struct RunningCco: Sendable {
    let process: SupervisedProcess

    /// How it ended, with everything it printed.
    func ended() async throws -> (exit: ProcessExit?, output: String) {
        let record = try await process.waitForExit()
        return (record.exit, try output())
    }

    func output() throws -> String {
        let texts = try ["stdout", "stderr"].map { try Data(contentsOf: URL(filePath: "\(process.directory)/\($0)")) }
        return texts.map { String(decoding: $0, as: UTF8.self) }.joined()
    }

    func signal(_ number: Int32) throws {
        _ = try process.child()?.signal(number)
    }

    /// Kills it, and leaves everything that it has started alone: its own supervisor, which would end all descendants, goes with it.
    func kill() async throws {
        try process.shim.signal(SIGSTOP)
        try signal(SIGKILL)
        // Only once it is dead are its children no longer its own, and safe from what ends its tree.
        try await process.child()?.untilEnded()
        try process.shim.signal(SIGKILL)
        _ = try await process.waitForExit()
    }

    /// Suspends until a line of its output holds `text`; `false` when it ended before.
    func says(_ text: String) async throws -> Bool {
        for try await line in process.lines() where String(decoding: line.bytes, as: UTF8.self).contains(text) { return true }
        return false
    }

    /// Suspends until a line of its output holds `text`, which it has to say before it ends.
    func expectSays(_ text: String, _ location: SourceLocation = #_sourceLocation) async throws {
        if try await says(text) { return }
        Issue.record("cco ended without saying \"\(text)\": \(try output())", sourceLocation: location)
    }
}

extension CompanyFixture {
    /// Starts a `cco` command in the background.
    ///
    /// - Parameter through: words before the command, which have to end by executing it.
    func begin(_ arguments: [String], through: [String] = [], environment more: [String: String] = [:]) async throws -> RunningCco {
        try await begin(program: through + [BuiltProducts.cco] + arguments + ["--config", config], environment: more)
    }

    /// Starts any program in the background.
    func begin(program: [String], environment more: [String: String] = [:]) async throws -> RunningCco {
        let folder = root + "/\(Self.background)\(UUID().uuidString.prefix(6))"
        var specification = SupervisedProcess.Specification(
            directory: folder, marker: folder, command: program, workingDirectory: root, grace: .seconds(30))
        // Agents would lie in its control group and end with it: here it only stands for a terminal.
        specification.usesControlGroups = false
        let launcher = ShimLauncher(shimExecutable: BuiltProducts.folder + "/cco-shim")
        return RunningCco(
            process: try await launcher.launch(
                specification, environment: environment.merging(more) { _, new in new }, standardInput: []))
    }
}

/// A script that tells when the first request of a kind has come, and holds nothing up.
final class WatchedScript: ModelScript {
    private struct State {
        var seen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let script: any ModelScript
    private let isAwaited: @Sendable (ModelRequest) -> Bool
    private let state = Mutex(State())

    init(_ script: any ModelScript, awaiting isAwaited: @escaping @Sendable (ModelRequest) -> Bool) {
        self.script = script
        self.isAwaited = isAwaited
    }

    func reply(to request: ModelRequest) async -> ModelReply {
        if isAwaited(request) {
            let waiters = state.withLock { state in
                state.seen = true
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
        return await script.reply(to: request)
    }

    /// Suspends until an awaited request has come.
    func seen() async {
        await withCheckedContinuation { continuation in
            let isSeen = state.withLock {
                if !$0.seen { $0.waiters.append(continuation) }
                return $0.seen
            }
            if isSeen { continuation.resume() }
        }
    }
}

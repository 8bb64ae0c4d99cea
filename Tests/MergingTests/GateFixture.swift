import Foundation
import Orchestration
import Testing

@testable import Merging
@testable import Processes

/// A worktree and a place for gate runs in a temporary folder. What is left of its processes is killed at the end.
final class GateFixture: Sendable {
    let folder: String
    let runner: GateRunner
    let launcher: ShimLauncher
    let marker: String

    /// Bytes that a gate of a test may write.
    static let outputLimit: Int64 = 1 << 20

    var worktree: String { folder + "/worktree" }

    init() throws {
        folder = NSTemporaryDirectory() + "cco-gate-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder + "/worktree", withIntermediateDirectories: true)
        marker = "test/\(folder)"
        // The shim that was built together with the tests.
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let shim = URL(filePath: executable).deletingLastPathComponent().path + "/cco-shim"
        try #require(access(shim, X_OK) == 0, "no cco-shim beside \(executable)")
        launcher = ShimLauncher(shimExecutable: shim)
        runner = GateRunner(launcher: launcher, environment: ["PATH": "/usr/bin:/bin"], outputLimit: Self.outputLimit)
    }

    deinit {
        // Best effort: the test has its verdict already.
        for process in (try? ProcessSweep.find(marker: marker)) ?? [] { _ = try? process.signal(SIGKILL) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The folder of a gate run, which is not to exist yet.
    func place(_ name: String) -> String { folder + "/" + name }

    func run(_ command: String, in name: String = "gate", milliseconds: Int64 = 60_000) async throws -> GateResult? {
        try await run(command, in: name, milliseconds: milliseconds, by: runner)
    }

    func run(_ command: String, in name: String, milliseconds: Int64, by runner: GateRunner) async throws -> GateResult? {
        try await runner.run(
            command: command, worktree: worktree, folder: place(name), marker: marker, timeLimitMilliseconds: milliseconds)
    }

    /// Suspends until the gate's command has made a file in its worktree; woken by the kernel.
    func untilExists(_ name: String) async throws {
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let watch = try KernelEvents.shared.watch(folder: worktree, wake)
        defer { withExtendedLifetime(watch) {} }
        if access(worktree + "/" + name, F_OK) == 0 { return }
        for await _ in stream where access(worktree + "/" + name, F_OK) == 0 { return }
        throw CancellationError()
    }
}

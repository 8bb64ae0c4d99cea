import Foundation
import Glibc
import Processes
import Testing

@testable import TestSupport

@Suite(
    "Writes that fail", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"),
    .enabled(if: FaultyCalls.isAvailable, "needs libfiu"),
    .enabled(if: ProcessInfo.processInfo.environment["CCO_TEST_SOAK"] != nil, "make soak: under libfiu a program hangs now and then"))
struct WriteFaultTests {
    @Test(
        "a sync of a file that fails once is tried again; when the journal's fail cco stops with a clear error, and the next start completes the run",
        arguments: FaultyCalls.Failure.allCases)
    func fails(_ failure: FaultyCalls.Failure) async throws {
        let calls = Strike(CompanyScript(UndisturbedRun.plan)) { $0.isWorkers }
        try await CompanyFixture.with(UndisturbedRun.plan, script: calls) { fixture in
            let faulty = FaultyCalls(in: fixture.root)
            let (pids, pid) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingOldest(1))
            calls.does {
                for await pid in pids {
                    try await fixture.command(faulty.command(failure, of: pid))
                    return
                }
            }
            let run = try await fixture.begin(["start"], through: faulty.prefix)
            pid.yield(try #require(try run.process.child()).pid)
            let ended = try await run.ended()
            #expect((ended.exit == .exited(0)) == (failure == .fileSync), "\(String(describing: ended.exit)): \(ended.output)")
            if ended.exit != .exited(0) {
                #expect(
                    failure.words.contains { ended.output.contains($0) },
                    "\(String(describing: ended.exit)) without a clear error: \(ended.output)")
                let again = try await fixture.cco(["start"])
                #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            }
            try await fixture.expectUndisturbed(moreTurns: 4)
        }
    }
}

/// Has system calls of one program fail while it runs.
struct FaultyCalls: Sendable {
    /// What fails, and how.
    enum Failure: String, CaseIterable, Sendable {
        case journalSync = "enable name=posix/io/sync/fdatasync,failinfo=5"
        case journalWrite = "enable name=posix/io/rw/pwrite,failinfo=28"
        case fileSync = "enable name=posix/io/sync/fsync,onetime,failinfo=5"

        /// One of which the error has to hold.
        var words: [String] {
            switch self {
            case .journalSync: ["could not be read or written"]
            case .journalWrite: ["is full"]
            case .fileSync: []
            }
        }
    }

    private static let folder = "/usr/lib/fiu"
    static let isAvailable = FileManager.default.fileExists(atPath: folder + "/fiu_posix_preload.so")

    private let control: String

    init(in folder: String) { control = folder + "/faults" }

    /// Words before a command whose calls can be made to fail.
    var prefix: [String] {
        [
            "/usr/bin/env", "LD_PRELOAD=\(Self.folder)/fiu_run_preload.so \(Self.folder)/fiu_posix_preload.so", "FIU_ENABLE=",
            "FIU_CTRL_FIFO=\(control)",
        ]
    }

    /// Has calls of a process fail from now on.
    func command(_ failure: Failure, of pid: Int32) -> [String] { ["fiu-ctrl", "-f", control, "-c", failure.rawValue, "\(pid)"] }
}

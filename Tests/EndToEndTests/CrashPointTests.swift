import JSON
import Processes
import Testing

@testable import TestSupport

@Suite("Killed at every crash point", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct CrashPointTests {
    private static let undisturbed = UndisturbedRun.oneByOne
    /// Those that an ordinary run does not pass; each has a test of its own.
    static let elsewhere: Set<CrashPoint> = [
        .messageSaid, .roomAwaited, .runEnded, .cleanupKept, .cleanupRunRemoved, .notificationTold, .notificationKept,
    ]

    /// Three at a time, each of which comes later in a run than the one before: a whole run for each would take twice as long.
    private static let groups: [[CrashPoint]] = {
        let points = CrashPoint.allCases.filter { !elsewhere.contains($0) }
        return stride(from: 0, to: points.count, by: 3).map { Array(points[$0..<min($0 + 3, points.count)]) }
    }()

    @Test(
        "killed there and started again, and again at two later places, a run ends as one that nobody disturbed", arguments: groups)
    func crash(at points: [CrashPoint]) async throws {
        try await CompanyFixture.with(Self.undisturbed.plan, options: Self.undisturbed.options) { fixture in
            for point in points { try await fixture.die(at: point, ["start"]) }
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectEnd(of: Self.undisturbed)
        }
    }

    @Test("killed while the run waits for room on the disk, it goes on when there is room")
    func awaitingRoom() async throws {
        // More room than any disk has.
        let crowded = Self.undisturbed.options.merging(["minimumFreeDiskMb": 1_000_000_000]) { _, new in new }
        try await CompanyFixture.with(Self.undisturbed.plan, options: crowded) { fixture in
            try await fixture.die(at: .roomAwaited, ["start"])
            try fixture.setOption("minimumFreeDiskMb", 1)
            // The turn that found no room has not begun, and counts as one.
            let again = try await fixture.cco(["start"])
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectEnd(of: Self.undisturbed, .init(lostTurns: 1))
        }
    }

    @Test("killed when the run has just ended, there is nothing to resume, and nothing is left")
    func ended() async throws {
        try await CompanyFixture.with(Self.undisturbed.plan, options: Self.undisturbed.options) { fixture in
            try await fixture.die(at: .runEnded, ["start"])
            let again = try await fixture.cco(["resume"])
            #expect(again.exit == .exited(64), "\(again.outputText)\(again.errorText)")
            try await fixture.expectEnd(of: Self.undisturbed)
        }
    }

    @Test("killed in the midst of a cleanup that keeps unfinished work, a second one completes it, and no commit is lost")
    func cleanup() async throws {
        try await CompanyFixture.with(Self.undisturbed.plan, options: Self.undisturbed.options) { fixture in
            // The work is harvested and not merged.
            try await fixture.die(at: .mergeBaseSeen, ["start"])
            try await fixture.die(at: .cleanupKept, ["cleanup", "--abandon"])
            try await fixture.die(at: .cleanupRunRemoved, ["cleanup", "--abandon"])
            let again = try await fixture.cco(["cleanup", "--abandon"])
            #expect(again.succeeded, "\(again.outputText)\(again.errorText)")
            let left = try await fixture.command(["find", fixture.config, "-mindepth", "1"]).split(separator: "\n").map(String.init)
            #expect(!left.contains { $0.contains("/workspace") }, "left: \(left)")
            let bundles = left.filter { $0.hasSuffix(".bundle") }
            #expect(!bundles.isEmpty, "nothing was kept: \(left)")
            var kept = ""
            for bundle in bundles {
                try await fixture.git(["--git-dir", fixture.origin, "fetch", "-q", bundle, "refs/*:refs/kept/*"])
                kept += try await fixture.git(["--git-dir", fixture.origin, "log", "--all", "--format=%s"])
            }
            #expect(kept.contains("Write src/task"), "the worker's commit is lost: \(kept)")
        }
    }
}

extension CompanyFixture {
    /// Has a command die at a crash point.
    fileprivate func die(at point: CrashPoint, _ arguments: [String], _ location: SourceLocation = #_sourceLocation) async throws {
        let killed = try await cco(arguments, environment: ["CCO_CRASH_POINT": point.rawValue])
        #expect(
            killed.exit == .signaled(9), "\(point.rawValue) was not passed: \(killed.outputText)\(killed.errorText)",
            sourceLocation: location)
    }
}

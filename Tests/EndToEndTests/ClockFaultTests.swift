import Foundation
import Glibc
import Processes
import Testing

@testable import TestSupport

@Suite(
    "A wall clock that jumps", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"),
    .enabled(if: FakeClock.isAvailable, "needs libfaketime"))
struct ClockFaultTests {
    private static let plan = UndisturbedRun.slow(seconds: 4)

    @Test("an hour ahead and back again within a run ends nothing early and does nothing twice")
    func jumps() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let clock = try FakeClock(in: fixture.root)
            defer { FakeClock.tidyUp() }
            let run = try await fixture.begin(["start"], through: clock.prefix)
            try await fixture.untilTool("sleep 4", run)
            try clock.set(ahead: 3_600)
            try await run.expectSays("is on main as")
            try clock.set(ahead: -3_600)
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectUndisturbed()
        }
    }

    @Test(
        "a run that is killed and taken up with the clock half an hour ahead or back goes on with the turns that are under way",
        arguments: [1_800, -1_800])
    func restart(ahead: Int) async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 4", run)
            try await run.kill()
            let clock = try FakeClock(in: fixture.root)
            defer { FakeClock.tidyUp() }
            try clock.set(ahead: ahead)
            let again = try await fixture.cco(["start"], through: clock.prefix)
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            try await fixture.expectUndisturbed()
        }
    }
}

/// The wall clock of one program, which a test can set while it runs. The monotonic clocks are left alone, as when a person sets the time.
struct FakeClock: Sendable {
    private static let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
    static let isAvailable = FileManager.default.fileExists(atPath: library)

    private let file: String

    /// A clock that goes right at first.
    init(in folder: String) throws {
        file = folder + "/clock"
        try set(ahead: 0)
    }

    /// Comes into force at once, also in programs that run.
    func set(ahead seconds: Int) throws {
        try Data("\(seconds >= 0 ? "+" : "")\(seconds)\n".utf8).write(to: URL(filePath: file), options: .atomic)
    }

    /// Removes what the library has left of programs that have ended: it forgets its shared memory when a program executes another.
    static func tidyUp() {
        let folder = "/dev/shm"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.contains("faketime_s") {
            let pid = name.reversed().prefix { $0.isNumber }.reversed()
            if !FileManager.default.fileExists(atPath: "/proc/\(String(pid))") { unlink("\(folder)/\(name)") }
        }
    }

    /// Words before a command that has this clock.
    var prefix: [String] {
        [
            "/usr/bin/env", "LD_PRELOAD=\(Self.library)", "FAKETIME_TIMESTAMP_FILE=\(file)", "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            // A program that the library loads into first gets its variables, and moves them. Swift finds a program's arguments beside the
            // variables, and would find none.
            "/usr/bin/env",
        ]
    }
}

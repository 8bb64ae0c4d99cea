import Foundation
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite(
    "A disk that fills up", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"),
    .enabled(if: SmallDisk.isPermitted, "a file system of its own can be mounted by root only"))
struct DiskFaultTests {
    @Test("with too little room the run stands back before a write fails, and goes on in the same sessions when there is room again")
    func runsShort() async throws {
        // The worker's next line comes late enough for cco to look at the disk again.
        let plan = UndisturbedRun.slow(seconds: 6)
        let strike = Strike(CompanyScript(plan)) { $0.isWorkers }
        try await CompanyFixture.with(plan, script: strike, options: ["minimumFreeDiskMb": 8]) { fixture in
            try await SmallDisk.with(fixture, megabytes: 64) { disk in
                strike.does { try disk.fill(leaving: 6 << 20) }
                let run = try await fixture.begin(["start"])
                try await run.expectSays("Waits for room on the disk: the disk of \(disk.path) has ")
                let status = try await fixture.cco(["status"])
                #expect(status.outputText.contains("the disk"), "\(status.outputText)")
                try disk.clear()
                let ended = try await run.ended()
                #expect(ended.exit == .exited(0), "\(ended.output)")
                #expect(!ended.output.contains("No space left"), "a write failed: \(ended.output)")
                #expect(try await fixture.sessions().count == 5, "a session was given up")
                try await fixture.expectUndisturbed(moreTurns: 2)
            }
        }
    }

    @Test(
        "a disk that is full to the last byte at once loses nothing that was committed, and with room again the run is completed",
        arguments: FullMoment.allCases)
    func isFull(_ moment: FullMoment) async throws {
        var mending = UndisturbedRun.plan
        // A tool that could not write leaves half a file behind, which the gate finds: the scripted worker then has to know what to do.
        for index in mending.goals[0].tasks.indices { mending.goals[0].tasks[index].mistakes = [.redGate(fix: mending.tasks[index].steps)] }
        let plan = mending
        let strike = Strike(CompanyScript(plan)) { moment.has(come: $0) }
        try await CompanyFixture.with(
            plan, script: strike, options: ["minimumFreeDiskMb": 4, "logDirectory": "workspace/logs"]
        ) { fixture in
            try await SmallDisk.with(fixture, megabytes: 64) { disk in
                strike.does { try disk.fill(leaving: 0) }
                let run = try await fixture.begin(["start"])
                // It waits, or it has stopped because the journal could take nothing more.
                let waits = try await run.says("Waits for room on the disk")
                try disk.clear()
                let ended = try await run.ended()
                if !waits || ended.exit != .exited(0) {
                    #expect(ended.output.contains("is full"), "no clear message: \(ended.output)")
                    let again = try await fixture.cco(["start"])
                    #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
                }
                // Turns that met the full disk are taken again.
                try await fixture.expectUndisturbed(moreTurns: 12, redGates: true, attempts: true, lostOutput: true)
            }
        }
    }
}

/// When the disk is full.
enum FullMoment: CaseIterable, Sendable {
    /// While the Director plans: everything is still to be made.
    case planning
    /// In a worker's turn.
    case working
    /// When a worker reports: its work is to be brought home.
    case reporting

    func has(come request: ModelRequest) -> Bool {
        switch self {
        case .planning: !request.isWorkers
        case .working: request.isWorkers
        case .reporting: request.isWorkers && request.assistantTurnsSinceLastUserPrompt == 2
        }
    }
}

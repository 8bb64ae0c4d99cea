import Foundation
import JSON
import Processes
import Testing

@testable import TestSupport

@Suite("Telling a person", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct NotificationTests {
    private struct Told: Decodable {
        var id: String
        var kind: String
        var subject: String?
    }

    /// The program's notifications, a line each.
    private func told(_ fixture: CompanyFixture) throws -> [Told] {
        try String(contentsOfFile: fixture.config + "/told.ndjson", encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Told.self, from: Data($0.utf8))
        }
    }

    private func options() -> [String: JSONValue] {
        let notifications: JSONValue = [
            "command": ["sh", "-c", "cat >> told.ndjson; env >> told.env"], "webhookUrlFile": "webhook.txt", "webhookFormat": "slack",
        ]
        return ["approve": "plan", "notifications": notifications]
    }

    private static let secret = "hook-7Yx2Qv9Lw4Zt"

    @Test(
        "a program and a webhook are told; killed after that and resumed, a run repeats nothing",
        arguments: [CrashPoint.notificationKept, .notificationTold])
    func told(killedAt point: CrashPoint) async throws {
        try await LoopbackReceiver.serving { receiver, port in
            try await CompanyFixture.with(UndisturbedRun.plan, options: options()) { fixture in
                try Data("http://127.0.0.1:\(port)/\(Self.secret)\n".utf8).write(to: URL(filePath: fixture.config + "/webhook.txt"))
                let doctor = try await fixture.cco(["doctor"])
                #expect(doctor.outputText.contains("command, webhook (slack)"), "\(doctor.outputText)\(doctor.errorText)")
                let killed = try await fixture.cco(["start"], environment: ["CCO_CRASH_POINT": point.rawValue])
                #expect(killed.exit == .signaled(SIGKILL), "\(killed.outputText)\(killed.errorText)")
                let run = try await fixture.begin(["resume"])
                try await run.expectSays("Taken up again")
                let approved = try await fixture.cco(["approve", "approval-1"])
                #expect(approved.exit == .exited(0), "\(approved.errorText)")
                let (exit, output) = try await run.ended()
                #expect(exit == .exited(0), "\(output)")
                let told = try told(fixture)
                // Killed before it was noted, it is told once more, and says by its id that it is the same.
                let isRepeated = point == .notificationTold
                #expect(told.map(\.kind) == (isRepeated ? ["needsYou", "needsYou", "finished"] : ["needsYou", "finished"]), "\(told)")
                #expect(Set(told.map(\.id)).count == 2 && told.first?.subject == "approval-1")
                #expect(receiver.received.count == told.count)
                #expect(receiver.received.last?.body.contains("the run has finished") == true)
                #expect(receiver.received.allSatisfy { $0.path == "/\(Self.secret)" })
                let environment = try String(contentsOfFile: fixture.config + "/told.env", encoding: .utf8)
                #expect(!environment.contains("ANTHROPIC") && !environment.contains("GIT_AUTHOR"), "\(environment)")
                let found = try await ChildCommand(
                    "grep", ["-rlaF", "--", Self.secret, fixture.config], environment: fixture.environment, workingDirectory: fixture.root
                ).run().outputText
                #expect(found == "\(fixture.config)/webhook.txt\n", "the webhook's address stands in \(found)")
            }
        }
    }
}

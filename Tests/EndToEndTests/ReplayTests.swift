import Foundation
import Orchestration
import Processes
import Testing

@testable import TestSupport

/// `cco replay` of a run that is over.
@Suite("A replay", .serialized, .enabled(if: RealCLI.isSetUp && RealTerminal.isSetUp, "run scripts/setup first"))
struct ReplayTests {
    @Test(
        "it shows every moment: by steps on a terminal, by number and time as text and JSON, all of it into a pipe", .timeLimit(.minutes(5))
    )
    func replay() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        try await CompanyFixture.with(plan) { fixture in
            #expect(try await fixture.cco(["start"]).succeeded)
            let all = try await fixture.cco(["replay"])
            let lines = all.outputText.split(separator: "\n")
            #expect(all.succeeded && lines.count > 20 && !all.outputText.contains("\u{1B}"), "\(all.errorText)")
            let numbers = lines.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
            #expect(numbers.count == lines.count && numbers == numbers.sorted())
            let last = try #require(numbers.last)

            let present = try await Self.status(fixture, ["status", "--json"])
            #expect(try await Self.status(fixture, ["replay", "--at", "\(last)", "--json"]).tasks == present.tasks)
            let first = try await Self.status(fixture, ["replay", "--at", "1", "--json"])
            #expect(first.tasks.isEmpty && first.phase == "preparing")
            #expect(try await Self.status(fixture, ["replay", "--at", first.time.startedAt.iso, "--json"]).run == present.run)
            let text = try await fixture.cco(["replay", present.run, "--at", "\(last / 2)"])
            #expect(text.outputText.hasPrefix("Event \(last / 2) of "), "\(text.outputText)\(text.errorText)")
            for (words, answer) in [
                (["--at", "999999"], "has the events 1 to"), (["2020-01-01-00-00-00"], "no journal of a run"),
                (["--at", "noon"], "--at takes"),
            ] {
                let result = try await fixture.cco(["replay"] + words)
                #expect(result.exit == .exited(64) && result.errorText.contains(answer), "\(result.errorText)")
            }

            try await RealTerminal.with(fixture, ["replay"]) { terminal in
                try await terminal.shows("the end") {
                    $0[0].contains("ended: complete") && $0.last { !$0.isEmpty }?.hasPrefix("replay ") == true
                }
                try await terminal.type("Home")
                try await terminal.shows("the beginning") { $0[0].contains("preparing") && $0.contains { $0.hasPrefix("replay 1/") } }
                try await terminal.type("Right")
                try await terminal.shows("the next event") { $0.contains { $0.hasPrefix("replay 2/") } }
                try await terminal.type("p")
                try await terminal.shows("that nothing is changed") { $0.contains { $0.contains("changes nothing") } }
                try await terminal.type("Space")
                try await terminal.shows("the end again") { $0[0].contains("ended: complete") }
                for key in ["Down", "Down", "Enter"] { try await terminal.type(key) }
                try await terminal.shows("what the worker said") { $0.contains { $0.contains("turn ended: ") } }
                try await terminal.type("Home")
                try await terminal.shows("that it had said nothing by then") { lines in
                    lines.contains { $0.hasPrefix("replay 1/") } && !lines.contains { $0.contains("turn ended: ") }
                }
                try await terminal.type("End")
                try await terminal.shows("what the worker said, again") { $0.contains { $0.contains("turn ended: ") } }
                try await terminal.type("Escape")
                try await terminal.type("q")
                try await terminal.shows("the shell") { $0.contains("left with 0") }
            }
        }
    }

    private static func status(_ fixture: CompanyFixture, _ words: [String]) async throws -> RunStatus {
        let result = try await fixture.cco(words)
        return try JSONDecoder().decode(RunStatus.self, from: Data(result.outputText.utf8))
    }
}

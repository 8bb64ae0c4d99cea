import Foundation
import Processes
import Testing

@testable import TestSupport

/// The lower part of `cco watch`, held against the run's log and its journal.
@Suite("The ticker of a view", .serialized, .enabled(if: RealCLI.isSetUp && RealTerminal.isSetUp, "run scripts/setup first"))
struct TickerTests {
    /// A line of the run's course, as the ticker shows it where there is room.
    private struct Line: Equatable {
        var row: String
        /// Whether it tells an event of the journal; other lines are warnings and errors beside it.
        var isEvent: Bool
    }

    private static let plan: CompanyPlan = {
        var plan = CompanyPlan.synthetic(tasks: 3, rates: .init(reworksEvery: 2))
        plan.goals[0].tasks[0].mistakes = [.slow(seconds: 30)]
        return plan
    }()

    @Test(
        "it has every line of the run's course as the log has it and the journal tells it, in their order, and where there is little room the newest",
        .timeLimit(.minutes(5)))
    func lines() async throws {
        try await CompanyFixture.with(Self.plan) { fixture in
            let run = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 30", run)
            try await RealTerminal.with(fixture, ["watch"]) { terminal in
                // A sixth of the rows are the ticker's: more than this run has lines.
                try await terminal.resize(columns: 400, rows: 900)
                let middle = try await terminal.shows("the worker's tool and the ticker") { rows in
                    rows.contains { $0.contains("Bash sleep 30") } && Self.ticker(rows, columns: 400).count > 5
                        && rows.last { !$0.isEmpty }?.contains("q leave") == true
                }
                #expect(try await run.ended().exit == .exited(0))
                let all = Self.lines(ofLog: try await fixture.cco(["logs"]).outputText)
                #expect(all.count > 20 && all.count < 150 && all.allSatisfy { $0.row.count < 400 }, "\(all)")
                let wanted = all.map(\.row)
                // What a view that was open before has shown, and shows at the end. A capture may end within the line that is drawn just then.
                let early = Self.ticker(middle, columns: 400).dropLast()
                #expect(wanted.starts(with: early), "\(early)")
                try await terminal.shows("the whole ticker: \(wanted)") { rows in
                    rows[0].contains("ended: complete") && Self.ticker(rows, columns: 400) == wanted
                }
                // The journal by itself says the same.
                let told = Self.lines(ofReplay: try await fixture.cco(["replay"]).outputText)
                let logged = all.filter(\.isEvent).map(\.row)
                #expect(told.map { $0.dropFirst(8) } == logged.map { $0.dropFirst(8) }, "\(told)")
                // A line of the log is written a moment after its event, which can be in the next second.
                for (event, line) in zip(told, logged) {
                    #expect((Self.second(of: line) - Self.second(of: event) + 86_400) % 86_400 < 43_200, "\(line), of \(event)")
                }
                try await terminal.resize(columns: 80, rows: 24)
                let newest = wanted.suffix(4).map { $0.count > 80 ? String($0.prefix(79)) + "…" : $0 }
                try await terminal.shows("the newest lines: \(newest)") { Self.ticker($0, columns: 80) == newest }
                try await terminal.type("q")
                try await terminal.shows("the end") { $0.contains("left with 0") }
            }
        }
    }

    /// What is below the rule, without the foot.
    private static func ticker(_ rows: [String], columns: Int) -> [String] {
        guard let rule = rows.lastIndex(of: String(repeating: "─", count: columns)) else { return [] }
        var below = Array(rows[(rule + 1)...])
        while below.last?.isEmpty == true { below.removeLast() }
        // The foot.
        below = Array(below.dropLast())
        while below.last?.isEmpty == true { below.removeLast() }
        return below
    }

    /// The lines of a `combined.log` that tell of an event, a warning or an error.
    private static func lines(ofLog text: String) -> [Line] {
        var lines: [(row: String, isEvent: Bool, isShown: Bool)] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("    ") {
                if !lines.isEmpty { lines[lines.count - 1].row += " \(line.dropFirst(4))" }
                continue
            }
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3 else { continue }
            var words = String(parts[2])
            let isEvent = words.firstMatch(of: /\ event=\S+$/) != nil
            if isEvent { words.replace(/\ event=\S+$/, with: "") }
            let level = words.prefixMatch(of: /(warning|error):\ /)
            if let level { words.removeSubrange(level.range) }
            lines.append(
                (row(time: parts[0].dropFirst(11).prefix(8), source: parts[1], words), isEvent, isEvent || level != nil))
        }
        return lines.filter(\.isShown).map { Line(row: trimmed($0.row), isEvent: $0.isEvent) }
    }

    /// What `cco replay` prints of the journal: `12 14:05:30 [run] words`.
    private static func lines(ofReplay text: String) -> [String] {
        var lines: [String] = []
        for line in text.split(separator: "\n") {
            guard let match = line.wholeMatch(of: /\d+\ (\d\d:\d\d:\d\d)\ (\[[^\]]*\])\ (?:(?:warning|error):\ )?(.*)/) else {
                if !lines.isEmpty { lines[lines.count - 1] += " \(line)" }
                continue
            }
            lines.append(row(time: match.1, source: match.2, String(match.3)))
        }
        return lines.map(trimmed)
    }

    /// Of the day, of a row.
    private static func second(of row: String) -> Int {
        row.prefix(8).split(separator: ":").reduce(0) { $0 * 60 + (Int($1) ?? 0) }
    }

    private static func row(time: Substring, source: Substring, _ words: String) -> String {
        let said = words.replacing(/\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?Z/) { "\($0.1) UTC" }
        return
            "\(time) \(String(source.dropFirst().dropLast()).padding(toLength: max(11, source.count - 2), withPad: " ", startingAt: 0)) \(said)"
    }

    private static func trimmed(_ row: String) -> String { String(row.reversed().drop { $0 == " " }.reversed()) }
}

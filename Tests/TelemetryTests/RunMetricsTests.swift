import Foundation
import Orchestration
import Testing

@testable import Telemetry

@Suite("A run as metrics")
struct RunMetricsTests {
    private static let page: String = {
        let settings = RunSettings(
            repository: "a\"b\\c\nd", branch: "main", targetBranch: "main", workerCount: 2, engineerManagerGroupSize: 4, maxRunMinutes: 60,
            maxBudgetUsd: 12.5, taskTimeoutMinutes: 10, review: .em, promotion: .auto, push: true, maxTaskAttempts: 3,
            verifyCommand: "true",
            verifyTimeoutMinutes: 5, gateSlots: 1, credentials: [])
        let start = Timestamp(milliseconds: 1_500)
        let run = Run(id: ID("run-1"), settings: settings, seed: 1, at: start)
        return RunMetrics(
            status: RunStatus(run: run, at: start), cost: CostReport(run: run, at: start), gates: GateTally(), isLive: true
        ).text
    }()

    @Test("every metric is introduced once, before its samples")
    func form() throws {
        var introduced: Set<String> = []
        var type = ""
        for line in Self.page.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                type = String(words[2])
                #expect(introduced.insert(type).inserted, "\(type) comes twice")
                #expect(words[3] == "counter" ? type.hasSuffix("_total") : !type.hasSuffix("_total"), "\(type)")
            } else if !line.hasPrefix("#") {
                #expect(line.hasPrefix(type), "\(line)")
            }
        }
        #expect(introduced.count > 20)
    }

    @Test("values are in base units, and others' words cannot break out of their quotes")
    func values() {
        #expect(Self.page.contains(#"cco_run_info{run="run-1",repository="a\"b\\c\nd",branch="main"} 1"# + "\n"))
        #expect(Self.page.contains("\ncco_run_start_time_seconds 1.5\n") && Self.page.contains("\ncco_run_limit_seconds 3600\n"))
        #expect(Self.page.contains("\ncco_budget_ceiling{scope=\"the run\",measure=\"usd\"} 12.5\n"))
        #expect(
            Self.page.contains("\ncco_run_phase{phase=\"preparing\"} 1\n") && Self.page.contains("\ncco_run_phase{phase=\"ended\"} 0\n"))
        #expect(Self.page.contains("\ncco_merge_queue_length{target=\"base\"} 0\n"))
    }
}

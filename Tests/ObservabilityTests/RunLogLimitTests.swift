import Foundation
import Observability
import Orchestration
import Testing

@Suite("Run log at its limits")
struct RunLogLimitTests {
    let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    private func log(combined: String) throws -> RunLog {
        try RunLog(
            folder: fixture.directory, combinedPath: combined, eventsPath: fixture.directory + "/events.jsonl",
            redactor: Redactor(secrets: []),
            budget: LogBudget(), clock: fixture.clock)
    }

    @Test("when the budget is used up, agents' output is left out and said so once, and orchestrator's lines go on")
    func budget() throws {
        let log = try fixture.create(budget: LogBudget(bytes: 6_000, reserve: 2_000))
        for number in 0..<200 { log.agentOutput(agent: "w", turn: "t", line: "output \(number)") }
        log.log(source: "engine", message: "still here")
        log.close()
        let lines = try LogFixture.combined(log)
        #expect(lines.filter { $0.contains("left out from here on") }.count == 1)
        #expect(lines.contains { $0.hasSuffix("[engine] still here") })
        let written = lines.filter { $0.contains("output ") && $0.contains("[w]") }.count
        #expect(written > 50 && written < 200)
        #expect(lines.last?.contains("\(200 - written) lines of agents' output were left out") == true)
        #expect(log.health.droppedOutputLines > 200 - written)
        #expect(log.health.droppedEventLines == 0)
        // What an agent says fits the budget without the reserve, all of it fits the budget.
        for file in ["combined.log", "events.jsonl"] {
            #expect(try Data(contentsOf: URL(fileURLWithPath: log.folder + "/" + file)).count <= 6_000)
        }
    }

    @Test("even the orchestrator's lines end with the reserve, and are counted")
    func reserve() throws {
        let log = try fixture.create(budget: LogBudget(bytes: 3_000, reserve: 1_000))
        for number in 0..<100 { log.log(source: "engine", message: "event \(number)") }
        log.close()
        #expect(log.health.droppedEventLines > 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: log.folder + "/combined.log")).count <= 3_000)
        #expect(try LogFixture.combined(log).first?.hasSuffix("event 0") == true)
    }

    @Test("a resumed run does not get a second budget")
    func resumedBudget() throws {
        let budget = LogBudget(bytes: 4_000, reserve: 1_000)
        let first = try fixture.create(budget: budget)
        for _ in 0..<100 { first.agentOutput(agent: "w", turn: "t", line: "first") }
        first.close()
        let second = try RunLog(folder: first.folder, redactor: Redactor(secrets: []), budget: budget, clock: fixture.clock)
        second.agentOutput(agent: "w", turn: "t", line: "second")
        #expect(!(try LogFixture.combined(first).contains { $0.hasSuffix("second") }))
        #expect(second.health.droppedOutputLines == 2)
    }

    @Test("a full disk stops nothing and is shown in the health")
    func fullDisk() throws {
        let log = try log(combined: "/dev/full")
        for number in 0..<3 { log.log(source: "engine", message: "event \(number)") }
        log.agentOutput(agent: "w", turn: "t", line: "output")
        log.flush()
        let health = log.health
        #expect(health.lostLines == 4)
        #expect(health.lostLinesNow == 4)
        #expect(health.lastFailure == "/dev/full: cannot write: No space left on device")
        #expect(!health.isSound)
        // The other file has them all.
        #expect(try LogFixture.lines(fixture.directory + "/events.jsonl").count == 4)
        log.close()
    }

    @Test("when there is space again, the log says how many lines are missing and goes on")
    func recovery() throws {
        let log = try fixture.create()
        log.log(source: "engine", message: "before")
        let path = log.folder + "/combined.log"
        let descriptor = try #require(
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).first { descriptor in
                // A descriptor that was closed since it was listed has no link any more.
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")) == path
            })
        // The log's own descriptor leads to a full device for a while.
        let saved = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        #expect(dup2(full, descriptor) == descriptor)
        for number in 0..<3 { log.log(source: "engine", message: "event \(number)") }
        #expect(log.health.lostLinesNow == 3)
        #expect(dup2(saved, descriptor) == descriptor)
        close(saved)
        close(full)
        log.log(source: "engine", message: "after")
        let lines = try LogFixture.combined(log).map { String($0.dropFirst(25)) }
        let notice = "[log] warning: 3 lines of this log were lost: \(path): cannot write: No space left on device"
        #expect(lines == ["[engine] before", notice, "[engine] after"])
        #expect(log.health.lostLinesNow == 0)
        #expect(log.health.lostLines == 3)
    }

    @Test("a line of which only a part could be written is taken back")
    func partialLine() async throws {
        let directory = fixture.directory
        await #expect(processExitsWith: .success) { [directory = directory as String] in
            signal(SIGXFSZ, SIG_IGN)
            let log = try RunLog(folder: directory, redactor: Redactor(secrets: []), clock: { Timestamp(milliseconds: 0) })
            var limit = rlimit(rlim_cur: 1_000, rlim_max: rlim_t.max)
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(1) }
            for number in 100..<140 { log.log(source: "engine", message: "event \(number)") }
            limit.rlim_cur = rlim_t.max
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
            log.log(source: "engine", message: "after")
            log.close()
        }
        let lines = try LogFixture.lines(directory + "/combined.log")
        let (events, rest) = (lines.dropLast(2), lines.suffix(2))
        #expect(events.count > 10 && events.count < 40)
        #expect(events.allSatisfy { $0.wholeMatch(of: /1970-01-01T00:00:00.000Z \[engine\] event 1\d\d/) != nil })
        let notice = "1970-01-01T00:00:00.000Z [log] warning: \(40 - events.count) lines of this log were lost"
        #expect(rest.first?.hasPrefix(notice) == true)
        #expect(rest.last?.hasSuffix("[engine] after") == true)
    }
}

import FoundationEssentials
@testable import Orchestration
import Testing

@Suite("The status of a run")
struct RunStatusTests {
    @Test("a new run shows its company, gate, limits and credentials")
    func newRun() {
        let status = RunFixture(workers: 6, groupSize: 4, credentials: ["key-1", "key-2"]).status
        #expect(status.phase == "working")
        #expect(status.baseHead == ObjectID.number(1).hex)
        #expect(status.gate == RunStatus.Gate(RunFixture().run))
        #expect(status.gate.state == "chosen")
        #expect(status.gate.command == "make check")
        #expect(status.teams.map(\.id) == ["team-1", "team-2"])
        #expect(status.teams.map(\.lead.id) == ["em-1", "em-2"])
        #expect(
            status.teams.map { $0.members.map(\.id) } == [["worker-1", "worker-2", "worker-3", "worker-4"], ["worker-5", "worker-6"]])
        #expect(status.director.role == "director")
        #expect(status.director.state == "idle")
        #expect(status.time.limitMilliseconds == 7_200_000)
        #expect(status.time.workedMilliseconds == 1000)
        #expect(status.spending.budgetUsd == 20)
        #expect(status.credentials.map(\.name) == ["key-1", "key-2"])
        #expect(status.credentials.map(\.state) == ["usable", "usable"])
    }

    @Test(
        "a moment is exact in both of its forms",
        arguments: [
            (1_795_342_503_123, "2026-11-22T10:15:03.123Z"), (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_342_503_007, "2026-11-22T10:15:03.007Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
        ])
    func moment(milliseconds: Int64, text: String) {
        let moment = Moment(Timestamp(milliseconds: milliseconds))
        #expect(moment.iso == text)
        #expect(moment.timestamp.milliseconds == milliseconds)
    }

    @Test("the keys of the JSON stay as they are, and it reads back as it was")
    func json() throws {
        var fixture = RunFixture()
        fixture.add(1, "Parse dates")
        fixture.work(on: 1, by: 1, turn: 1)
        let status = fixture.status
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(status), as: UTF8.self)
        #expect(text.hasPrefix(#"{"at":{"iso":"2026-11-22T10:15:08.123Z","ms":1795342508123},"baseHead":""#))
        #expect(
            text.contains(
                #"{"brief":"working on task-1: Parse dates","costUsd":0,"id":"worker-1","role":"worker","since":{"iso":""#
                    + #"2026-11-22T10:15:07.123Z","ms":1795342507123},"state":"working","turn":"turn-1","turns":0}"#))
        #expect(text.contains(#""attempts":1,"conflicts":0,"costUsd":0,"createdAt":{"#))
        #expect(try JSONDecoder().decode(RunStatus.self, from: Data(text.utf8)) == status)
    }

    @Test("an agent's work is told in words")
    func agents() {
        var fixture = RunFixture()
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates")
        fixture.submit(1)
        fixture.submit(2)
        fixture.begin(.review([ID("task", 1), ID("task", 2)]), of: Run.director, role: .director, turn: 1)
        #expect(fixture.status.director.brief == "reviewing task-1, task-2")
        #expect(fixture.status.director.turn == "turn-1")
        fixture.apply(.turnStopRequested(ID("turn", 1), .timeLimit))
        #expect(fixture.status.director.stopping == "its time limit is over")
        fixture.end(turn: 1, cost: 0.5)
        fixture.apply(.leadBriefed(Run.director, Pending(.planTasks, notBefore: fixture.now.advanced(byMilliseconds: 60_000))))
        #expect(fixture.status.director.state == "idle")
        #expect(fixture.status.director.brief == "planning")
        #expect(fixture.status.director.waits == "pauses until 2026-11-22T10:16:12.123Z after a fault of the provider")
        #expect(fixture.status.director.costUsd == 0.5)
        #expect(fixture.status.spending.tokens.total == 1100)
    }

    @Test("an agent's tokens are those of its turns that have ended, and beside them what an engine sees of the running one")
    func activities() throws {
        var fixture = RunFixture()
        fixture.add(1, "Parse dates")
        fixture.work(on: 1, by: 1, turn: 1)
        #expect(fixture.status.agents.map(\.tokens) == [nil, nil, nil])
        #expect(
            fixture.status.agents.allSatisfy {
                $0.doing == nil && $0.tool == nil && $0.turnTokens == nil && $0.turnUsd == nil && $0.allTokens == nil
            })
        func worker(_ activity: TurnActivity) -> RunStatus.AgentStatus? {
            RunStatus(run: fixture.run, at: fixture.now, activities: [ID("turn", 1): activity]).agents.first { $0.id == "worker-1" }
        }
        let began = fixture.now
        let tools = [
            TurnActivity.Tool(name: "Bash", argument: "swift test", since: began), .init(name: "Read", argument: "", since: began),
        ]
        let working = try #require(worker(TurnActivity(step: .tool, tools: tools, tokens: 70, costUsd: 0.25)))
        #expect(working.turnUsd == 0.25 && working.costUsd == 0 && working.allUsd == 0.25)
        #expect(working.turnTokens == 70 && working.doing == "tool" && working.allTokens == 70)
        #expect(working.tool?.name == "Bash" && working.tool?.argument == "swift test" && working.tool?.others == 1)
        #expect(working.tool?.since == Moment(began))
        let reading = try #require(worker(TurnActivity(step: .tool, tools: [tools[1]], tokens: 70)))
        #expect(reading.tool?.argument == nil && reading.tool?.others == nil)
        #expect(worker(TurnActivity(step: .thinking, tokens: 71))?.tool == nil)
        fixture.end(turn: 1, cost: 0.5)
        // What is heard of a turn that is over counts for nothing.
        let idle = try #require(worker(TurnActivity(step: .tool, tools: tools, tokens: 70, costUsd: 0.25)))
        #expect(idle.turnUsd == nil && idle.costUsd == 0.5 && idle.allUsd == 0.5)
        #expect(idle.tokens == 1100 && idle.turnTokens == nil && idle.doing == nil && idle.tool == nil && idle.allTokens == 1100)
    }

    @Test("a running turn's ceilings are told from the journal, and what it has taken of them where an engine follows it")
    func ceilings() throws {
        var fixture = RunFixture()
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates")
        fixture.work(on: 1, by: 1, turn: 1, usd: 0.5, tokens: 1000)
        fixture.work(on: 2, by: 2, turn: 2)
        func ceilings(_ number: Int, _ activity: TurnActivity?) -> [RunStatus.TurnCeiling]? {
            let known = activity.map { [ID<Turn>("turn", number): $0] } ?? [:]
            return RunStatus(run: fixture.run, at: fixture.now, activities: known).agents.first { $0.id == "worker-\(number)" }?
                .turnCeilings
        }
        #expect(
            ceilings(1, nil) == [.init(measure: .usd, taken: nil, ceiling: 0.5), .init(measure: .tokens, taken: nil, ceiling: 1000)])
        let seen = ceilings(1, TurnActivity(step: .thinking, tokens: 800, costUsd: 0.6))
        #expect(seen == [.init(measure: .usd, taken: 0.6, ceiling: 0.5), .init(measure: .tokens, taken: 800, ceiling: 1000)])
        #expect(seen?.map(\.share) == [0.6 / 0.5, 0.8])
        // Of a price that is not known nothing is said.
        #expect(ceilings(1, TurnActivity(step: .thinking, tokens: 800))?.first?.taken == nil)
        #expect(ceilings(2, TurnActivity(step: .thinking, tokens: 800)) == nil)
        fixture.end(turn: 1, cost: 0.6)
        #expect(ceilings(1, TurnActivity(step: .thinking, tokens: 800, costUsd: 0.6)) == nil)
    }

    @Test("suspending stops the working time, and the reason is shown")
    func suspended() {
        var fixture = RunFixture()
        fixture.apply(.suspended("cco pause by ada"))
        let later = fixture.now.advanced(byMilliseconds: 3_600_000)
        let status = RunStatus(run: fixture.run, at: later)
        #expect(status.suspension == "cco pause by ada")
        #expect(status.time.workedMilliseconds == 2000)
        #expect(status.at.timestamp == later)
    }

    @Test("an end is shown with its word and its explanation")
    func ended() {
        var fixture = RunFixture()
        fixture.apply(.finishing(.timeOver))
        #expect(fixture.status.phase == "finishing")
        fixture.apply(.ended(.timeOver))
        #expect(fixture.status.phase == "ended")
        #expect(fixture.status.end == RunStatus.End(reason: "time-over", explanation: EndReason.timeOver.explanation))
    }

    @Test("a run without a gate is ungated, and a proposed one names its author")
    func gates() {
        var fixture = RunFixture(verifyCommand: nil)
        #expect(fixture.status.gate.state == "undecided")
        var proposed = fixture
        fixture.apply(.verifyChosen(nil, proposedBy: nil))
        #expect(fixture.status.gate.state == "ungated")
        proposed.apply(.verifyChosen("make test", proposedBy: Run.director))
        #expect(proposed.status.gate.proposedBy == "director")
        proposed.apply(.baselineKnown(GateExcerpt(command: "make test", exitCode: 2, ending: "exit 2", tail: "", logPath: "gate.log")))
        #expect(proposed.status.gate.baselineRed == RunStatus.BaselineRed(ending: "exit 2", exitCode: 2, logPath: "gate.log"))
    }

    @Test("credentials show until when they are benched and why they are rejected")
    func credentials() {
        var fixture = RunFixture(credentials: ["key-1", "key-2", "key-3"])
        let until = fixture.now.advanced(byMilliseconds: 60_000)
        fixture.apply(.credentialBenched(ID("key-1"), until: until, reason: "limit"), .credentialRejected(ID("key-2"), reason: "invalid"))
        #expect(fixture.status.credentials.map(\.state) == ["benched", "rejected", "usable"])
        #expect(fixture.status.credentials.map(\.benchedUntil) == [Moment(until), nil, nil])
        #expect(fixture.status.credentials[1].rejection == "invalid")
        #expect(RunStatus(run: fixture.run, at: until).credentials.map(\.state) == ["usable", "rejected", "usable"])
    }

    @Test("queues list their candidates in order, the target branch's first")
    func queues() {
        var fixture = RunFixture(workers: 4, groupSize: 2)
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates")
        fixture.queue(1, candidate: 1, target: .team(ID("team", 1)))
        fixture.queue(2, candidate: 2, target: .team(ID("team", 1)))
        fixture.apply(
            .candidateEntered(ID("candidate", 1), .gating(commit: .number(5), tree: .number(6), onto: .number(1), rerun: false)),
            .candidateQueued(
                Candidate(id: ID("candidate", 3), target: .base, kind: .delivery(ID("team", 2)), head: .number(8), readyAt: fixture.now)))
        let queues = fixture.status.queues
        #expect(queues.map(\.target) == ["main", "team-1's branch"])
        #expect(queues.map(\.team) == [nil, "team-1"])
        #expect(queues[0].candidates.map(\.what) == ["team-2's delivery"])
        #expect(queues[1].candidates.map(\.state) == ["gating", "waiting"])
        #expect(queues[1].candidates.map(\.task) == ["task-1", "task-2"])
    }

    @Test("what failed and is tried again is shown with its reason, and a refused push with its branch")
    func delayed() {
        var fixture = RunFixture()
        fixture.add(1, "Parse dates")
        fixture.queue(1, candidate: 1, target: .base)
        let until = fixture.now.advanced(byMilliseconds: 30_000)
        fixture.apply(
            .effectIntended(ID("effect", 1), .publish(ID("candidate", 1), commit: .number(5), onto: .number(1))),
            .candidateEntered(ID("candidate", 1), .publishing(commit: .number(5), tree: .number(6), onto: .number(1))),
            .effectDelayed(ID("effect", 1), until: until, reason: "origin does not answer"),
            .pushRefused("protected branch", fallback: "cco/run-1"))
        #expect(
            fixture.status.delayed == [
                RunStatus.DelayedEffect(
                    id: "effect-1", what: "publish task-1: Parse dates", failures: 1, reason: "origin does not answer", until: Moment(until)
                )
            ])
        #expect(fixture.status.push == RunStatus.Push(enabled: true, fallbackBranch: "cco/run-1", refusal: "protected branch"))
        #expect(fixture.task(1)?.why == "origin does not answer; tried again at \(Moment(until).iso)")
    }
}

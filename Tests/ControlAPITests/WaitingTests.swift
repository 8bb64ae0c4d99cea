import Orchestration
import Testing

@Suite("Why a task waits")
struct WaitingTests {
    @Test("it waits for what it depends on, and then for a free worker")
    func dependencies() {
        var fixture = RunFixture(workers: 1)
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates", after: [1])
        fixture.add(3, "Ship", after: [2, 1])
        #expect(fixture.task(1)?.why == "is about to be given to a worker")
        #expect(fixture.task(2)?.why == "waits for task-1")
        #expect(fixture.task(3)?.why == "waits for task-1 and task-2")
        fixture.work(on: 1, by: 1, turn: 1)
        #expect(fixture.task(1)?.why == nil)
        fixture.add(4, "Document")
        #expect(fixture.task(4)?.why == "waits for a free worker")
        fixture.end(turn: 1, cost: 0.1)
        fixture.apply(.taskSettled(ID("task", 1), .landed(.number(9))))
        #expect(fixture.task(1)?.why == nil)
        #expect(fixture.task(1)?.commit == ObjectID.number(9).hex)
        #expect(fixture.task(2)?.why == "is about to be given to a worker")
    }

    @Test("an assigned task waits for a credential, for its worker, or for the provider")
    func credentials() {
        var fixture = RunFixture(workers: 1, credentials: ["key-1", "key-2"])
        fixture.add(1, "Parse dates")
        fixture.apply(.taskBriefed(ID("task", 1), worker: ID("worker", 1), Pending(.work(ID("task", 1)))))
        #expect(fixture.task(1)?.why == nil)
        let first = fixture.now.advanced(byMilliseconds: 60_000)
        fixture.apply(
            .credentialBenched(ID("key-1"), until: first.advanced(byMilliseconds: 5000), reason: "limit"),
            .credentialBenched(ID("key-2"), until: first, reason: "limit"))
        #expect(fixture.task(1)?.why == "needs a credential; the earliest opens at \(Moment(first).iso)")
        fixture.apply(.credentialRejected(ID("key-2"), reason: "invalid"))
        #expect(fixture.task(1)?.why == "needs a credential; the earliest opens at \(Moment(first.advanced(byMilliseconds: 5000)).iso)")
        fixture.apply(.credentialRejected(ID("key-1"), reason: "invalid"))
        #expect(fixture.task(1)?.why == "needs a credential; none is accepted by the provider")
    }

    @Test("a task that came back waits until its worker is done with another one")
    func worker() {
        var fixture = RunFixture(workers: 1)
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates")
        fixture.work(on: 1, by: 1, turn: 1)
        fixture.end(turn: 1, cost: 0.1)
        fixture.submit(1)
        fixture.work(on: 2, by: 1, turn: 2)
        fixture.apply(
            .taskBriefed(ID("task", 1), worker: ID("worker", 1), Pending(.rework(ID("task", 1), instructions: "Handle leap years."))))
        #expect(fixture.task(1)?.why == "waits for worker-1, which is working on task-2: Print dates")
        #expect(fixture.task(1)?.reworks == 1)
    }

    @Test("a submitted task is in review, or waits for its lead")
    func review() {
        var fixture = RunFixture(workers: 4, groupSize: 2)
        fixture.add(1, "Parse dates")
        fixture.submit(1)
        #expect(fixture.task(1)?.why == "waits for em-1's review")
        fixture.begin(.planTasks, of: ID("em", 1), role: .engineerManager, turn: 1)
        #expect(fixture.task(1)?.why == "waits for em-1's review; em-1 is planning")
        fixture.end(turn: 1, cost: 0.1)
        fixture.begin(.review([ID("task", 1)]), of: ID("em", 1), role: .engineerManager, turn: 2)
        #expect(fixture.task(1)?.why == "in review by em-1")
    }

    @Test("an approved task has its place in the queue, and then its step")
    func queue() {
        var fixture = RunFixture(workers: 4, groupSize: 2)
        for number in 1...3 {
            fixture.add(number, "Task")
            fixture.queue(number, candidate: number, target: .team(ID("team", 1)))
        }
        #expect(fixture.task(1)?.why == "1st in team-1's merge queue")
        #expect(fixture.task(3)?.why == "3rd in team-1's merge queue")
        let (commit, tree, onto): (ObjectID, ObjectID, ObjectID) = (.number(5), .number(6), .number(1))
        let steps: [(Candidate.State, String)] = [
            (.merging, "is being merged into team-1's branch"),
            (.merged(commit: commit, tree: tree, onto: onto), "merged in memory; waits for a gate slot"),
            (.gating(commit: commit, tree: tree, onto: onto, rerun: false), "its gate runs"),
            (.gating(commit: commit, tree: tree, onto: onto, rerun: true), "its gate was red and runs once more"),
            (.publishing(commit: commit, tree: tree, onto: onto), "is being published to team-1's branch"),
        ]
        for (state, why) in steps {
            fixture.apply(.candidateEntered(ID("candidate", 1), state))
            #expect(fixture.task(1)?.why == why)
        }
    }

    @Test("in a run with one team the queue is the target branch's")
    func flatQueue() {
        var fixture = RunFixture()
        fixture.add(1, "Parse dates")
        fixture.queue(1, candidate: 1, target: .base)
        #expect(fixture.task(1)?.why == "1st in the merge queue of main")
    }

    @Test("a run that stands still or ends explains every open task")
    func ends() {
        var fixture = RunFixture()
        fixture.add(1, "Parse dates")
        fixture.add(2, "Print dates")
        fixture.apply(.taskSettled(ID("task", 2), .dropped("not wanted")))
        var suspended = fixture
        suspended.apply(.suspended("cco pause"))
        #expect(suspended.task(1)?.why == "the run is suspended")
        fixture.apply(.finishing(.budgetOver))
        #expect(fixture.task(1)?.why == "not started: the run is ending")
        fixture.apply(.ended(.budgetOver))
        #expect(fixture.task(1)?.why == "the run has ended")
        #expect(fixture.task(2)?.why == "not wanted")
    }

    @Test(
        "ordinals",
        arguments: [
            (1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (22, "22nd"), (101, "101st"),
            (111, "111th"),
        ])
    func ordinals(number: Int, text: String) {
        #expect(Run.ordinal(number) == text)
    }
}

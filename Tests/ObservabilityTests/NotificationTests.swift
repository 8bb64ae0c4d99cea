import Observability
@testable import Orchestration
import Testing

@Suite("What a person is told who does not look")
struct NotificationTests {
    private var fixture = RunReportFixture()
    private var limiter = NotificationLimiter()

    /// What is due for an event, at the present state.
    private mutating func told(of event: Event, sequence: Int64 = 7) -> NotificationRules.Due? {
        fixture.apply(event)
        return NotificationRules.due(for: event, sequence: sequence, after: fixture.run, at: fixture.now)
    }

    private func question(_ number: Int, subject: Question.Subject? = nil) -> Question {
        Question(
            id: ID(subject == nil ? "question" : "approval", number), agent: ID("worker-1"), text: "Which licence?", fallback: "MIT",
            askedAt: fixture.now, deadline: Timestamp(milliseconds: 1_795_342_800_000), subject: subject)
    }

    @Test("the end of a run is told once, as success or as failure; giving it up is not")
    mutating func ends() throws {
        fixture.add(1, "Parse dates")
        let finished = try #require(told(of: .ended(.complete)))
        #expect(finished.notification.kind == .finished && finished.notification.id == "run-1/7")
        #expect(finished.notification.text.contains("0 of 1 tasks landed") && finished.notification.branch == "main")
        for reason in [EndReason.timeOver, .budgetOver, .noProgress("why"), .failed("why")] {
            #expect(told(of: .ended(reason))?.notification.kind == .failed)
        }
        #expect(told(of: .ended(.abandoned)) == nil)
    }

    @Test("a question and an approval need somebody, with what to answer; one that is settled by now needs nobody")
    mutating func questions() throws {
        let asked = try #require(told(of: .questionAsked(question(1))))
        #expect(asked.notification.kind == .needsYou && asked.notification.subject == "question-1")
        #expect(asked.notification.text.hasPrefix("Which licence? If nobody answers: MIT. Until 2026-11-22 10:20:00 UTC."))
        let approval = try #require(told(of: .questionAsked(question(2, subject: .promotion(.task(ID("task-1")), head: .number(9))))))
        #expect(approval.notification.title == "cco: approval-2 waits for your approval")
        fixture.apply(.questionAnswered(ID("question-1"), "GPL", by: "Ada"))
        #expect(NotificationRules.due(for: .questionAsked(question(1)), sequence: 7, after: fixture.run, at: fixture.now) == nil)
    }

    @Test("who cannot work for want of a credential says so, and until when")
    mutating func limits() throws {
        let until = fixture.now.advanced(byMilliseconds: 3_600_000)
        #expect(told(of: .credentialBenched(ID("key-1"), until: until, reason: "limit")) == nil)
        let limit = try #require(told(of: .credentialBenched(ID("key-2"), until: until, reason: "limit")))
        #expect(limit.notification.kind == .limit && limit.notification.text.contains(HumanText.time(Moment(until))))
        fixture.apply(.credentialRejected(ID("key-1"), reason: "no"))
        let refused = try #require(told(of: .credentialRejected(ID("key-2"), reason: "no")))
        #expect(refused.notification.kind == .needsYou)
        // That the run stands still because of it is no news an instant later.
        #expect(limiter.admit(refused) != nil)
        let standing = try #require(told(of: .faulted("no credential is accepted")))
        #expect(standing.notification.kind == .needsYou && limiter.admit(standing) == nil)
    }

    @Test("what stands still, costs much or gets nowhere is told; the normal course is not")
    mutating func kinds() {
        #expect(told(of: .faulted("origin refuses"))?.notification.kind == .needsYou)
        #expect(told(of: .runawayNoticed(spentUsd: 40, boundUsd: 20))?.notification.kind == .budget)
        #expect(told(of: .teamEntered(ID("team-1"), .stuck("no plan"), summary: ""))?.notification.kind == .stuck)
        #expect(told(of: .suspended("cco pause")) == nil)
        #expect(told(of: .planRejected(nil, ["a"])) == nil)
        #expect(told(of: .questionLapsed(ID("question-1"))) == nil)
    }

    @Test("of one topic there is one in an hour, of all together six in ten minutes, and the end is told in any case")
    mutating func limited() throws {
        let fault = try #require(told(of: .faulted("no")))
        #expect(limiter.admit(fault) == fault.notification && limiter.admit(fault) == nil)
        var later = fault
        later.notification.at = Moment(fault.notification.at.timestamp.advanced(byMilliseconds: NotificationLimiter.quiet))
        #expect(limiter.admit(later) != nil)
        limiter = NotificationLimiter()
        for number in 1...9 {
            let due = try #require(told(of: .questionAsked(question(number)), sequence: Int64(number)))
            #expect((limiter.admit(due) != nil) == (number <= NotificationLimiter.most))
        }
        let end = try #require(told(of: .ended(.complete)))
        #expect(limiter.admit(end)?.heldBack == 3)
    }

    @Test("a text is one line without terminal sequences, and bounded")
    mutating func text() throws {
        let due = try #require(told(of: .faulted("a\u{1B}[2Jb\nc" + String(repeating: "x", count: 2_000))))
        #expect(!due.notification.text.contains("\u{1B}") && !due.notification.text.contains("\n"))
        #expect(due.notification.text.count == NotificationRules.longestText)
    }
}

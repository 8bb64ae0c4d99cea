import Orchestration

/// Something that a person wants to be told who does not look at the run.
package struct Notification: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// The run has come to its end: the direction is fulfilled, or every branch is merged.
        case finished
        /// The run has ended otherwise.
        case failed
        /// A question, an approval, or a run that cannot go on without a person.
        case needsYou
        /// A part of a budget is used up, or much is spent and nothing lands.
        case budget
        /// An agent or a team gets nowhere.
        case stuck
        /// Nobody can work before a usage limit is over.
        case limit
    }

    /// Grows when a member changes its meaning.
    package static let currentFormat = 1

    package var format = Notification.currentFormat
    /// The same for the same thing, however often it is sent.
    package var id: String
    package var kind: Kind
    /// A few words.
    package var title: String
    /// A sentence or two.
    package var text: String
    package var run: String
    /// The repository for display, without user information.
    package var repository: String
    package var branch: String
    package var at: Moment
    /// What it is about, such as `question-2` or `team-1`.
    package var subject: String?
    /// How many were held back before it, because there were too many in a short time; missing for none.
    package var heldBack: Int?

    /// The text as a chat shows it.
    package var message: String {
        let more = heldBack.map { " (\($0) more in between)" } ?? ""
        return "\(title)\n\(text)\(more)\n\(run), \(repository) \(branch)"
    }
}

/// Decides which events a person is told of. Pure: what is due follows from the journal.
package enum NotificationRules {
    /// A notification, and what it is about for the limiter: of one topic there is one at a time.
    package struct Due: Sendable, Equatable {
        package var notification: Notification
        package var topic: String
    }

    /// Characters of a notification's text.
    package static let longestText = 500

    /// What is due for an event.
    ///
    /// - Parameters:
    ///   - sequence: the event's number in the journal.
    ///   - after: the state after it, or a later one for events that were not told in time.
    ///   - redact: takes secrets out. Of a text that has been cut a half of one could not be told any more.
    package static func due(
        for event: Event, sequence: Int64, after: Run, at time: Timestamp, redact: (String) -> String = { $0 }
    ) -> Due? {
        guard let draft = draft(for: event, after) else { return nil }
        let notification = Notification(
            id: "\(after.id)/\(sequence)", kind: draft.kind, title: OneLine.text(redact("cco: \(draft.title)"), limit: 120),
            text: OneLine.text(redact(draft.text), limit: longestText), run: after.id.name, repository: redact(after.settings.repository),
            branch: after.settings.targetBranch, at: Moment(time), subject: draft.subject)
        return Due(notification: notification, topic: draft.topic ?? notification.id)
    }

    private struct Draft {
        var kind: Notification.Kind
        var title: String
        var text: String
        var subject: String?
        /// `nil` for what is never the same thing twice.
        var topic: String?

        init(_ kind: Notification.Kind, _ title: String, _ text: String, subject: String? = nil, topic: String? = nil) {
            self.kind = kind
            self.title = title
            self.text = text
            self.subject = subject
            self.topic = topic
        }
    }

    private static func draft(for event: Event, _ run: Run) -> Draft? {
        switch event {
        case .ended(let reason): return ended(reason, run)
        case .faulted(let reason):
            // Of credentials that are all refused, a person has just been told.
            return Draft(.needsYou, "stands still", reason, topic: run.hasNoAcceptedCredential ? "credentials" : "fault")
        case .diskShort(let reason): return Draft(.needsYou, "waits for room on the disk", reason, topic: "disk")
        case .questionAsked(let question): return asked(question, run)
        case .spendingWarned(let warning):
            switch warning.scope {
            case .task, .turn: return nil
            case .run, .team, .key: break
            }
            let (spent, ceiling) = (warning.measure.words(warning.spent), warning.measure.words(warning.ceiling))
            return Draft(
                .budget, "\(warning.percent) % of the budget of \(warning.scope.words)", "\(spent) of \(ceiling) is spent.",
                subject: warning.scope.words)
        case .runawayNoticed(let spent, let bound):
            return Draft(
                .budget, "much is spent and nothing lands",
                "\(HumanText.money(dollars: spent)) since a change last landed; at \(HumanText.money(dollars: 2 * bound)) the run stands still.",
                topic: "runaway")
        case .teamEntered(let team, .stuck(let reason), _):
            guard case .working = run.phase else { return nil }
            return Draft(.stuck, "\(team) is stuck", reason, subject: team.name, topic: "stuck \(team)")
        case .turnStopRequested(let id, .stuck):
            guard let turn = run.turns[id] else { return nil }
            let why = turn.stuck?.words ?? "nothing came of it"
            return Draft(
                .stuck, "\(turn.agent) gets nowhere", "\(turn.brief.words(in: run)): \(why)", subject: turn.agent.name,
                topic: "stuck \(turn.agent)")
        case .credentialBenched, .credentialRejected: return unusable(run)
        default: return nil
        }
    }

    private static func ended(_ reason: EndReason, _ run: Run) -> Draft? {
        let worked = HumanText.duration(milliseconds: run.workedMilliseconds(at: run.clock.lastEventAt))
        let work = run.settings.branches == nil ? "\(run.landedWords(" tasks")), " : ""
        let text = "\(reason.explanation) \(work)\(worked) of work, \(HumanText.money(dollars: run.ledger.total.costUsd))."
        switch reason {
        case .complete, .merged: return Draft(.finished, "the run has finished", text)
        case .timeOver, .budgetOver, .noProgress, .failed: return Draft(.failed, "the run has ended: \(reason.word)", text)
        // A person did that.
        case .abandoned: return nil
        }
    }

    private static func asked(_ question: Question, _ run: Run) -> Draft? {
        // One that was settled before it could be told needs nobody.
        guard run.questions[question.id]?.outcome == .open else { return nil }
        let fallback = question.fallback.map { " If nobody answers: \($0)." } ?? ""
        let until = question.deadline.map { " Until \(HumanText.time(Moment($0)))." } ?? ""
        let what = question.isApproval ? "\(question.id) waits for your approval" : "\(question.agent) asks (\(question.id))"
        return Draft(.needsYou, what, "\(question.text)\(fallback)\(until)", subject: question.id.name)
    }

    /// Nobody can work.
    private static func unusable(_ run: Run) -> Draft? {
        let now = run.clock.lastEventAt
        guard !run.credentials.isEmpty, run.credentials.allSatisfy({ !$0.isUsable(at: now) }) else { return nil }
        guard !run.hasNoAcceptedCredential, let next = run.credentials.compactMap(\.benchedUntil).min() else {
            return Draft(
                .needsYou, "no credential is accepted", "Put api-keys.json or the login right, then: cco resume.", topic: "credentials")
        }
        return Draft(
            .limit, "waits for a usage limit", "No credential is left; the first opens at \(HumanText.time(Moment(next))).", topic: "limit"
        )
    }
}

extension Run {
    fileprivate var hasNoAcceptedCredential: Bool { !credentials.isEmpty && credentials.allSatisfy { $0.rejected != nil } }
}

/// Holds back what would be said again and again, or too much at once. Pure, and part of what a later engine takes up.
package struct NotificationLimiter: Codable, Sendable, Equatable {
    private struct Sent: Codable, Sendable, Equatable {
        var topic: String
        var at: Timestamp
    }

    private var sent: [Sent] = []
    private var heldBack = 0

    /// In milliseconds: how long a topic is not told of again.
    package static let quiet: Int64 = 60 * 60_000
    /// In milliseconds: the time in which at most `most` are sent. How the run ends is always told.
    package static let window: Int64 = 10 * 60_000
    package static let most = 6

    package init() {}

    /// - Returns: what is to be sent now, `nil` for nothing.
    package mutating func admit(_ due: NotificationRules.Due) -> Notification? {
        let now = due.notification.at.timestamp
        sent.removeAll { now.milliseconds(since: $0.at) >= Self.quiet }
        guard !sent.contains(where: { $0.topic == due.topic }) else { return nil }
        let isEnd = due.notification.kind == .finished || due.notification.kind == .failed
        guard isEnd || sent.count(where: { now.milliseconds(since: $0.at) < Self.window }) < Self.most else {
            heldBack += 1
            return nil
        }
        sent.append(Sent(topic: due.topic, at: now))
        var notification = due.notification
        if heldBack > 0 { notification.heldBack = heldBack }
        heldBack = 0
        return notification
    }
}

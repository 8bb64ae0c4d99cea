import Orchestration

/// A line about the run for `combined.log` and for the terminal that a run was started in.
package struct EventLine: Sendable, Equatable {
    /// How loudly it is said.
    package enum Level: String, Sendable, CaseIterable {
        /// The normal course of the run.
        case info
        /// A step that a person who looks now and then wants to see.
        case notice
        /// Something that went wrong and is dealt with, or that a person should know.
        case warning
        /// Something that a person has to look at.
        case error

        /// The level of the run's log.
        package var logLevel: LogLevel {
            switch self {
            case .info, .notice: .info
            case .warning: .warning
            case .error: .error
            }
        }
    }

    /// Who speaks: an agent's name, or `run`, `gate`, `merge`, `push`, `credentials`.
    package var source: String
    package var level: Level
    /// One line of at most `EventLines.longestText` characters, without terminal sequences.
    package var text: String
}

/// Turns the journal's events into lines that a person can follow. Pure; what only the machinery needs to know yields no line.
package enum EventLines {
    /// The longest text of a line, in characters.
    package static let longestText = 160

    /// The lines for `event`, which turned the state `before` into `after`.
    ///
    /// - Parameter redact: takes secrets out. Of a text that has been cut a half of one could not be told any more.
    package static func lines(
        for event: Event, before: Run, after: Run, redact: @escaping (String) -> String = { $0 }
    ) -> [EventLine] {
        let scribe = EventScribe(before: before, after: after, redact: redact)
        return switch event {
        case .runStarted, .engineStarted, .suspended, .faulted, .diskShort, .finishing, .ended, .effectDelayed, .baseMoved:
            scribe.runLines(event)
        case .verifyChosen, .baselineKnown, .gateRed, .treeVerified, .flakeSeen:
            scribe.gateLines(event)
        case .messageAddressed, .messageDelivered, .messageUndelivered, .messageKept, .messageAcknowledged:
            scribe.messageLines(event)
        case .questionAsked, .questionAnswered, .approvalGiven, .approvalRefused, .questionLapsed:
            scribe.questionLines(event)
        case .orderTaken(let order, let receipt):
            scribe.orderLines(order, receipt)
        case .turnStarted, .turnStuck, .turnNudged, .turnStopRequested, .turnEnded, .sessionReplaced:
            scribe.turnLines(event)
        case .goalSet, .planRejected, .planAccepted, .goalsAccepted, .teamEntered, .deliveryReturned, .directorWants:
            scribe.planLines(event)
        case .taskAdded, .taskBriefed, .taskSubmitted, .quickCheckKnown, .taskUndecided, .taskApproved, .taskReleased, .taskHeld,
            .taskSettled, .taskReopened:
            scribe.taskLines(event)
        case .candidateQueued, .candidateEntered, .candidatePublished, .candidateReturned, .branchReturned, .pushRefused,
            .collisionsForeseen:
            scribe.mergeLines(event)
        case .credentialBenched, .credentialRejected, .credentialSlowed, .credentialUsed:
            scribe.credentialLines(event)
        case .spendingWarned, .runawayNoticed, .widthChanged:
            scribe.spendingLines(event)
        case .quickCheckAwaited, .effectIntended, .effectDone, .effectDropped, .candidateHeldBack, .effectRetried, .strayIgnored,
            .leadBriefed, .briefDone,
            .directionShown, .assessed, .messageInterrupted, .settingChanged,
            .taskPrioritised:
            []
        }
    }
}

/// Writes the lines of one event.
struct EventScribe {
    let before: Run
    let after: Run
    let redact: (String) -> String

    /// Somebody's words as a part of one line, without secrets.
    func cut(_ text: String, limit: Int) -> String { OneLine.text(redact(text), limit: limit) }

    func line(_ source: String, _ level: EventLine.Level, _ text: String) -> EventLine {
        EventLine(source: source, level: level, text: cut(text, limit: EventLines.longestText))
    }

    /// A task's id with its title, short enough to leave room for what is said about it.
    func label(_ task: TaskID) -> String {
        let title = (after.tasks[task] ?? before.tasks[task])?.title
        return title.map { "\(task) (\(cut($0, limit: 48)))" } ?? task.name
    }

    func label(_ kind: Candidate.Kind) -> String {
        if case .task(let task) = kind { label(task) } else { after.label(of: kind) }
    }

    /// The lead that answers for a task's team.
    func lead(of task: TaskID) -> String {
        after.tasks[task].flatMap { after.teams[$0.team]?.lead.name } ?? "lead"
    }
}

/// Text of others as part of one line.
enum OneLine {
    /// Without terminal sequences, with single spaces for all white space, cut with an ellipsis to `limit` characters.
    static func text(_ text: String, limit: Int) -> String {
        let flat = ControlSequences.sanitised(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return flat.count <= limit ? flat : "\(flat.prefix(limit - 1))…"
    }
}

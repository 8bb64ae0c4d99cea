import Orchestration

extension EventScribe {
    func runLines(_ event: Event) -> [EventLine] {
        switch event {
        case .runStarted(let id, let settings, _):
            return started(id, settings)
        case .engineStarted:
            return engineStarted
        case .suspended(let reason):
            return [line("run", .notice, "Suspended: \(cut(reason, limit: 100)). \(stopping)")]
        case .diskShort(let reason):
            return [line("run", .warning, "Waits for room on the disk: \(cut(reason, limit: 200)). \(stopping)")]
        case .faulted(let reason):
            return [line("run", .error, "Stands still, and needs a person: \(cut(reason, limit: 200)). \(stopping)")]
        case .finishing(let reason):
            return [
                line("run", .notice, "Ending (\(reason.word)): \(reason.explanation)"),
                line("run", .notice, "No new work is begun; what is approved is still integrated."),
            ]
        case .ended(let reason):
            return ended(reason)
        case .effectDelayed(let id, let until, let reason):
            guard let pending = after.effects[id] else { return [] }
            let pause = HumanText.duration(milliseconds: until.milliseconds(since: after.clock.lastEventAt))
            let what = cut(pending.effect.words(in: after), limit: 60)
            return [line("run", .warning, "Could not \(what) (try \(pending.failures), again in \(pause)): \(reason)")]
        case .baseMoved(let facts):
            return baseMoved(facts)
        default:
            return []
        }
    }

    private func started(_ id: RunID, _ settings: RunSettings) -> [EventLine] {
        let teams = after.isFlat ? "led by the Director" : "in \(after.teams.count) teams"
        let workers = settings.workerCount == 1 ? "1 worker" : "\(settings.workerCount) workers"
        let limit = HumanText.duration(milliseconds: Int64(settings.maxRunMinutes) * 60_000)
        let budget = settings.maxBudgetUsd.map { ", budget \(HumanText.money(dollars: $0))" } ?? ""
        return [
            line("run", .notice, "Run \(id) of \(cut(settings.repository, limit: 90)), branch \(settings.targetBranch)"),
            line("run", .notice, "\(workers) \(teams), time limit \(limit)\(budget)"),
            line(
                "gate", .notice,
                after.verifyCommand.map { "The gate is `\($0)`." } ?? "No gate is configured; the Director may propose one."),
        ]
    }

    private var stopping: String {
        let count = after.turns.count
        return count == 0 ? "No agent is working." : "\(count == 1 ? "1 turn is" : "\(count) turns are") being stopped."
    }

    private var engineStarted: [EventLine] {
        var lines: [EventLine] = []
        if let suspension = before.suspension {
            let state = before.needsPerson ? "needed a person" : "been suspended"
            lines.append(line("run", .notice, "Resumed; it had \(state): \(suspension)"))
        } else if before.base != nil {
            let count = before.turns.count
            let turns = count == 1 ? "1 turn was" : "\(count) turns were"
            lines.append(line("run", .notice, "Taken up again after its engine ended; \(turns) under way."))
        }
        if let command = after.verifyCommand, command != before.verifyCommand {
            lines.append(line("gate", .notice, "The gate is now `\(command)`."))
        }
        return lines
    }

    private func ended(_ reason: EndReason) -> [EventLine] {
        let level: EventLine.Level =
            switch reason {
            case .complete, .merged: .notice
            case .timeOver, .budgetOver, .abandoned: .warning
            case .noProgress, .failed: .error
            }
        // What became of each branch is said by the command.
        guard after.settings.branches == nil else { return [] }
        let worked = HumanText.duration(milliseconds: after.workedMilliseconds(at: after.clock.lastEventAt))
        let total = after.ledger.total
        var lines = [
            line("run", level, "RUN ENDED (\(reason.word)): \(reason.explanation)"),
            line(
                "run", level,
                "\(after.landedWords(" tasks")), \(worked) of work, \(HumanText.money(dollars: total.costUsd)), "
                    + "\(HumanText.tokens(Int64(total.usage.total))) tokens"),
        ]
        if after.verifyCommand == nil, after.merges.published > 0 {
            lines.append(line("gate", .warning, "UNGATED: nothing has verified what this run has merged."))
        }
        return lines
    }

    private func baseMoved(_ facts: BaseFacts) -> [EventLine] {
        let branch = after.settings.targetBranch
        var lines: [EventLine] = []
        if before.base == nil {
            lines.append(line("run", .info, "\(branch) stands at \(facts.head.short)."))
            if facts.direction == nil, after.settings.branches == nil {
                lines.append(line("run", .warning, "There is no PROJECT_DIRECTION.md on \(branch)."))
            }
        } else {
            if before.base?.head != facts.head {
                lines.append(line("run", .notice, "\(branch) has moved to \(facts.head.short) by somebody else's hand."))
            }
            if before.base?.direction != facts.direction {
                lines.append(line("run", .notice, "PROJECT_DIRECTION.md has changed; the Director will be shown it."))
            }
        }
        return lines
    }

    func credentialLines(_ event: Event) -> [EventLine] {
        switch event {
        case .credentialBenched(let id, let until, let reason, let family):
            let pause = HumanText.duration(milliseconds: until.milliseconds(since: after.clock.lastEventAt))
            let what = family.map { "BENCHED for \($0.words) alone" } ?? "BENCHED"
            var lines = [
                line("credentials", .warning, "\(id) is \(what) until \(TimestampFormat.iso8601(until)) (\(pause)): \(reason)")
            ]
            if !after.credentials.contains(where: { $0.isUsable(at: after.clock.lastEventAt) }) {
                lines.append(line("credentials", .warning, "No credential is left; agents wait until the first opens again."))
            }
            return lines
        case .credentialRejected(let id, let reason):
            return [line("credentials", .error, "\(id) is REJECTED and not used again until the next start: \(reason)")]
        case .credentialSlowed(let id, let throttle):
            let old = before.credentials.first { $0.id == id }?.throttle
            // The same again is no news.
            guard old?.cause != throttle.cause || old?.width(at: before.clock.lastEventAt) != throttle.width else { return [] }
            return [
                line(
                    "credentials", .warning,
                    "\(id) is slowed down by \(throttle.cause.words): at most \(throttle.width) at once, one more each minute"
                )
            ]
        case .credentialUsed(let id, _):
            let now = after.clock.lastEventAt
            let old = before.credentials.first { $0.id == id }?.restriction(at: now)
            guard let (kind, window) = after.credentials.first(where: { $0.id == id })?.restriction(at: now), kind != old?.kind else {
                return []
            }
            return [line("credentials", .notice, "\(id): \(kind.words(window))")]
        default:
            return []
        }
    }
}

import FoundationEssentials
import Orchestration

extension RunReport {
    /// Projects a run's state as it is at `now`; for a run that has ended, the state and the facts alone decide.
    package init(run: Run, facts: RunReportFacts, at now: Timestamp) {
        format = RunReport.currentFormat
        self.run = run.id.name
        repository = run.settings.repository
        targetBranch = run.settings.targetBranch
        startedFrom = run.startedFrom?.hex
        isRehearsal = run.settings.isRehearsal == true ? true : nil
        head = run.settings.isRehearsal == true ? nil : run.base?.head.hex
        writtenAt = Moment(now)
        direction = facts.direction
        outcome = Outcome(run)
        time = Time(run, at: now)
        branches = run.settings.branches == nil ? nil : run.branches.map { BranchReport($0, in: run) }
        teams = run.teams.values.sorted { $0.id < $1.id }.map { TeamReport($0, in: run, at: now) }
        landed = facts.landed
        kept = facts.kept
        gate = Gate(
            command: run.verifyCommand, isUngated: run.verifyCommand == nil && (run.verifySettled || run.isEnded),
            proposedBy: run.verifyProposedBy?.name, baselineRed: run.baselineRed.map { $0.exitCode.map { "exit code \($0)" } ?? $0.ending },
            quickCommand: run.settings.quickVerifyCommand, flakes: RunStatus.Gate(run).flakes)
        let status = RunStatus(run: run, at: now)
        merges = status.merges
        hotFiles = status.hotFiles
        questions = status.questions
        spending = Spending(run)
        cost = CostReport(run: run, at: now)
        push = Push(run, fetchCommand: facts.fetchCommand)
        logFolder = facts.logFolder
    }

    /// The report as one JSON object with sorted keys.
    ///
    /// - Throws: `EncodingError` for a number that JSON cannot hold.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return ControlSequences.escaped(inJSON: String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n"
    }
}

extension RunReport.Outcome {
    init(_ run: Run) {
        summary = run.directorSummary
        hasEnded = run.isEnded
        if let reason = run.phase.endReason {
            word = run.isEnded ? reason.word : run.phase.word
            explanation = reason.explanation
        } else if let suspension = run.suspension {
            word = run.needsPerson ? "needs-person" : "suspended"
            explanation = suspension
        } else {
            word = run.phase.word
            explanation = "The run has not ended."
        }
    }
}

extension RunReport.Time {
    init(_ run: Run, at now: Timestamp) {
        let end = run.isEnded || run.suspension != nil ? run.clock.lastEventAt : now
        startedAt = Moment(run.clock.startedAt)
        endedAt = Moment(end)
        workedMilliseconds = run.workedMilliseconds(at: now)
        wallMilliseconds = max(0, end.milliseconds(since: run.clock.startedAt))
        limitMilliseconds = Int64(run.settings.maxRunMinutes) * 60_000
    }
}

extension RunReport.Push {
    init(_ run: Run, fetchCommand: String) {
        let target = run.settings.targetBranch
        refusal = run.fallback?.reason
        // What was refused and has not got onto the other branch either is nowhere at origin.
        let missing = run.fallback.map { " Nothing is on \($0.branch) either: what has not landed is not at origin." } ?? ""
        if run.settings.isRehearsal == true {
            result = "rehearsal"
            next =
                "This was a rehearsal: nothing of it is in the repository, and nothing is kept. The same command without --dry-run merges."
        } else if let diverted = run.divertedTo {
            result = "fallback"
            branch = diverted
            next = "Origin has the work as \(diverted), not as \(target). Open a pull request from it, or merge it into \(target) yourself."
        } else if run.base?.head == run.startedFrom {
            result = "nothing to push"
            next = "Nothing has been merged into \(target).\(missing)"
        } else if run.settings.push {
            result = "pushed"
            branch = target
            next = "Fetch \(target) from origin.\(missing)"
        } else {
            result = "off"
            next = "Pushing is off. Fetch the result from the run's own repository: \(fetchCommand)"
        }
    }
}

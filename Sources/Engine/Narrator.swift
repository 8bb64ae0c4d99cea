import Observability
import Orchestration

/// Tells people what became durable: the log, the terminal, the live `TEAM_STRUCTURE.md`; and clears away what finished turns leave behind.
///
/// Works off a stream of its own, so that a slow disk or terminal never slows a decision. The stream holds every step, because the log is to be
/// complete; its length is bounded by how far the run can get while one line is being written.
package struct Narrator: EngineObserver {
    private struct Step: Sendable {
        var events: [Event]
        var before: Run
        var after: Run
        var time: Timestamp
    }

    private let steps: AsyncStream<Step>.Continuation
    private let worker: _Concurrency.Task<Void, Never>
    private let log: RunLog

    init(resources: RunResources, progress: @escaping @Sendable (EventLine) -> Void) {
        let (stream, continuation) = AsyncStream<Step>.makeStream(bufferingPolicy: .unbounded)
        steps = continuation
        log = resources.log
        worker = _Concurrency.Task {
            var structure = ""
            for await step in stream {
                Narrator.tell(step, resources, progress)
                Narrator.clearAway(step, resources)
                Narrator.updateStructure(step.after, resources, known: &structure)
            }
        }
    }

    package func committed(_ events: [Event], before: Run, after: Run, at time: Timestamp) {
        steps.yield(Step(events: events, before: before, after: after, time: time))
    }

    package func journalFailed(_ reason: String) {
        log.log(source: "cco", level: .error, message: "the journal failed, the run stops: \(reason)")
    }

    /// Returns when everything is told.
    package func drain() async {
        steps.finish()
        await worker.value
    }

    private static func tell(_ step: Step, _ resources: RunResources, _ progress: (EventLine) -> Void) {
        for event in step.events {
            for var line in EventLines.lines(for: event, before: step.before, after: step.after) {
                line.text = resources.redactor.redacted(line.text)
                resources.log.log(source: line.source, level: line.level.logLevel, message: line.text, fields: ["event": event.kind])
                progress(line)
            }
        }
    }

    /// A finished turn's folder holds its raw output, in which a secret may stand; the redacted copy is in the log folder by now.
    private static func clearAway(_ step: Step, _ resources: RunResources) {
        for event in step.events {
            let folder: String
            switch event {
            case .turnEnded(let turn, _): folder = resources.folder.turn(turn)
            case .effectDone(let effect): folder = resources.folder.gate(effect)
            default: continue
            }
            do {
                try PrivateFiles.remove(folder)
            } catch {
                resources.log.log(source: "cco", level: .warning, message: "\(folder) could not be removed: \(error)")
            }
        }
    }

    private static func updateStructure(_ run: Run, _ resources: RunResources, known: inout String) {
        let text = TeamStructure.render(run)
        guard text != known else { return }
        do {
            try PrivateFiles.write(Array(text.utf8), to: resources.folder.teamStructure)
            known = text
        } catch {
            resources.log.log(source: "cco", level: .warning, message: "TEAM_STRUCTURE.md could not be written: \(error)")
        }
    }
}

import ConfigurationFiles
import Engine
import FoundationEssentials
import Git
import Observability
import Orchestration

/// What is said when an engine lets go of a run.
struct EndingText: Sendable {
    var ending: RunEnding
    var place: Place
    var console: Console
    var redactor: Redactor
    /// What the target branch has gained, where the run has not ended and no report says it.
    var landed: [LandedCommit] = []

    var text: String {
        var lines: [String] = [""]
        if let fault = ending.journalFault {
            lines.append("The run stopped because its journal failed: \(fault)")
            lines.append("Nothing that was recorded is lost. When the cause is mended: cco resume\(place.options)")
            return lines.joined(separator: "\n")
        }
        if !ending.run.isEnded {
            let reason = ending.run.suspension.map { OneLineText.of(redactor.redacted($0), limit: 400) } ?? "no reason given"
            lines.append("Run \(ending.run.id) stands still (\(reason)); no agent process is left.")
            lines.append("Go on: cco resume\(place.options)    Give it up: cco cleanup --abandon\(place.options)")
        }
        do {
            // One that is written has no secrets any more.
            let report =
                try WrittenReport.read(in: ending.logFolder)
                ?? RunReport(run: ending.run, place: place, logFolder: ending.logFolder, landed: landed).redacted(by: redactor)
            lines.append(report.terminalSummary(width: console.width ?? 100, color: console.hasColour))
        } catch {
            lines.append("The summary cannot be shown without what may be secret: \(error)")
        }
        if ending.run.isEnded { lines.append("Report: \(ending.logFolder)/\(WrittenReport.markdownName)") }
        return lines.joined(separator: "\n")
    }
}

extension EndingText {
    /// With a look at the branch, which a run that stands still has gained something on. Without it where git cannot say.
    init(_ ending: RunEnding, _ place: Place, _ surroundings: Surroundings, _ redactor: Redactor) async {
        self.init(ending: ending, place: place, console: surroundings.console, redactor: redactor)
        guard !ending.run.isEnded, ending.journalFault == nil else { return }
        let look = PresentLook(run: ending.run, place: place, git: Git(environment: surroundings.environment))
        // The text says nothing of commits then.
        landed = (try? await look.landed()) ?? []
    }
}

/// The report that an engine has written into the log folder at a run's end.
enum WrittenReport {
    static let markdownName = "report.md"
    static let jsonName = "report.json"

    /// `nil` when there is none, or one of another version.
    static func read(in folder: String) -> RunReport? {
        // Unreadable, or of another version: the report is then made from the state.
        guard let data = try? Data(contentsOf: URL(filePath: folder + "/" + jsonName)) else { return nil }
        return try? JSONDecoder().decode(RunReport.self, from: data)
    }
}

extension RunReport {
    /// A report from the state alone, for a run whose repositories are not looked at.
    init(run: Run, place: Place, logFolder: String, direction: [String] = [], landed: [LandedCommit] = []) {
        let hub = place.workspace.folder(of: run.id).hub
        let facts = RunReportFacts(
            direction: direction, logFolder: logFolder,
            fetchCommand: "git fetch \(ConfigurationPath.shellWord(hub)) \(run.settings.targetBranch)", kept: [], landed: landed)
        self.init(run: run, facts: facts, at: run.isEnded || run.suspension != nil ? run.clock.lastEventAt : SystemClock().now())
    }
}

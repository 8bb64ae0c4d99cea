import ConfigurationFiles
import Engine
import Observability
import Orchestration

/// What is said when an engine takes a run up.
struct RunHeader: Sendable {
    var run: Run
    var isResumed: Bool
    var configuration: OrchestratorConfiguration
    var logFolder: String
    var place: Place
    var notices: [String]

    /// The lines, without colour.
    func lines(isDetached: Bool) -> [String] {
        let settings = run.settings
        let teams = run.teams.count
        let company =
            "\(HumanText.count(settings.workerCount, "worker"))"
            + (run.isFlat ? ", led by the Director" : " in \(HumanText.count(teams, "team"))")
        let branch =
            settings.branch == settings.targetBranch ? settings.branch : "\(settings.branch), work goes to \(settings.targetBranch)"
        var lines = [
            "\(isResumed ? "Resuming" : "Starting") run \(run.id)",
            row("repository", settings.repository), row("branch", branch), row("company", company), row("gate", gate),
            row("at once", Self.slots(settings.gateSlots, settings.gateSlotsReason)),
            row("credentials", "\(configuration.authMode.rawValue): \(settings.credentials.map(\.id.name).joined(separator: ", "))"),
            row("limits", limits), row("workspace", place.workspace.path), row("logs", logFolder),
        ]
        if let quick = settings.quickVerifyCommand { lines.insert(row("quick gate", quick), at: 5) }
        if isDetached {
            lines += [
                row("watch", "cco logs --follow\(place.options)   or: cco status\(place.options)"),
                row("stop", "cco pause\(place.options)"),
            ]
        } else {
            lines.append(row("stop", "Ctrl-C, or: cco pause\(place.options)"))
        }
        return lines + notices.map { "note: \($0)" }
    }

    private var gate: String {
        if let command = run.verifyCommand ?? run.settings.verifyCommand { return command }
        return run.verifySettled
            ? "UNGATED: nothing verifies the work" : "none configured: the Director proposes one, or the run is UNGATED"
    }

    private var limits: String {
        let budget = run.settings.maxBudgetUsd.map { ", \(HumanText.money(dollars: $0))" } ?? ""
        return "\(run.settings.maxRunMinutes) min\(budget)"
    }

    private func row(_ name: String, _ text: String) -> String {
        "  \(name)\(String(repeating: " ", count: max(1, 13 - name.count)))\(text)"
    }

    /// How many gates run at once, and why so many.
    static func slots(_ number: Int, _ reason: String?) -> String {
        "\(HumanText.count(number, "gate"))" + (reason.map { " (\($0))" } ?? "")
    }
}

import Engine
import Processes
import TestSupport

/// What a demo shows when its run is complete: the branch, the gate once more on what anybody can clone, and the way to a real run.
struct DemoClosing: Sendable {
    var stage: DemoStage

    /// - Throws: `Failure` when the repository or the gate is not as the run says.
    func lines() async throws -> [String] {
        let clone = stage.path + "/clone"
        try await stage.git(["clone", "-q", stage.origin, clone], in: stage.path)
        let graph = try await stage.git(["log", "--graph", "--format=%h %s (%an)", "-n", "60"], in: clone)
        let gate = try await stage.command("/bin/sh", ["-c", DemoProject.verifyCommand + " 2>&1"], in: clone)
        let sample = try await stage.command("/bin/sh", ["-c", Self.sample + " 2>&1"], in: clone)
        guard gate.succeeded, sample.succeeded else {
            throw Failure("the gate fails in a fresh clone of \(stage.origin): \(gate.outputText)\(sample.outputText)", .unexpected)
        }
        var lines = ["", heading("main, as it is at origin now"), graph.trimmedEnd, ""]
        lines += [heading("the gate once more, in a fresh clone"), "$ \(DemoProject.verifyCommand)", gate.outputText.trimmedEnd, ""]
        lines += [heading("the program"), "$ \(Self.sample)", sample.outputText.trimmedEnd, ""]
        lines += [heading("where everything is")]
        lines += [
            "  repository   \(stage.origin)   (cloned: \(clone))", "  report       \(try report())",
            "  look closer  cco verify\(stage.place.options)   cco report\(stage.place.options)", "  remove       rm -rf \(stage.path)", "",
        ]
        lines += [
            heading("a run of your own"), "  1. Put a PROJECT_DIRECTION.md with your goals into your repository.",
            "  2. cco init ./my-config --repository URL --workers 4 --verify-command \"make test\"",
            "  3. cco doctor --config ./my-config", "  4. cco start --config ./my-config",
        ]
        return lines
    }

    static let sample = "bin/tally chart tests/expenses.csv"

    private func report() throws -> String {
        guard let run = try stage.place.workspace.currentRun() else { return "none" }
        return "\(try stage.place.logDirectory(stage.surroundings))/\(run.id)/\(WrittenReport.markdownName)"
    }

    private func heading(_ text: String) -> String { Style(isOn: stage.surroundings.console.hasColour).bold(text) }
}

extension String {
    /// Without the line ends at its end.
    fileprivate var trimmedEnd: String { String(self[..<(lastIndex { !$0.isNewline }.map(index(after:)) ?? startIndex)]) }
}

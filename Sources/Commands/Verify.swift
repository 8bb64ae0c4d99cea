import ArgumentParser
import ConfigurationFiles
import Engine
import Merging
import Orchestration

/// `cco verify`
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that every commit that cco published carries a true receipt.",
        discussion: """
            Looks at the target branch in the run's own repository, or at origin when the workspace was cleaned up. Works whether or not an
            engine is at work. Exit code 0: all verified; 16: a receipt is missing or false; 17: the run had no gate.

            EXAMPLES:
              cco verify --config ./my-config
              cco verify --config ./my-config --rerun
            """)

    @OptionGroup var places: PlaceOptions

    @Flag(help: "Run the gate's command again on the branch's head, in a temporary checkout.")
    var rerun = false

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let inspection = try await BranchInspection.prepare(place: place, surroundings: surroundings)
        let audit: BranchAudit
        do {
            audit = try await inspection.audit(rerunning: rerun)
            await inspection.folder.remove()
        } catch {
            await inspection.folder.remove()
            throw error
        }
        let style = Style(isOn: surroundings.console.hasColour)
        surroundings.console.write(json ? try JSONText.of(audit.document) : audit.lines(style).joined(separator: "\n"))
        if audit.status != .ok { throw audit.status }
    }
}

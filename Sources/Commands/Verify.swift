import ArgumentParser
import ConfigurationFiles
import Engine
import Glibc
import Merging
import Orchestration

/// `cco verify`
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that every commit that cco published carries a true receipt.",
        discussion: """
            Looks at the target branch in the run's own repository, or at origin when the workspace was cleaned up: with useRunBranch at the
            newest of the runs' branches there. Works whether or not an engine is at work.
            Exit code 0: all verified; 16: a receipt is missing or false; 17: the run had no gate.

            EXAMPLES:
              cco verify --config ./my-config
              cco verify --config ./my-config --rerun
              cco verify --config ./my-config --branch run/2026-11-22-21-48
            """)

    @OptionGroup var places: PlaceOptions

    @Option(help: ArgumentHelp("The branch to look at. (default: the run's, else the one that runs work on)", valueName: "branch"))
    var branch: String?

    @Flag(help: "Run the gate's command again on the branch's head, in a temporary checkout.")
    var rerun = false

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
        let attention = SignalAttention(console: surroundings.console, words: .verify)
        let watch = Task { for await number in signals.numbers { await attention.heed(number) } }
        defer { watch.cancel() }
        let audit = try await audit(place, surroundings, attention)
        let style = Style(isOn: surroundings.console.hasColour)
        surroundings.console.write(json ? try JSONText.of(audit.document) : audit.lines(style).joined(separator: "\n"))
        if audit.status != .ok { throw audit.status }
    }

    /// A signal that comes meanwhile ends the gate, which would run on in a session of its own, and leaves nothing behind.
    private func audit(_ place: Place, _ surroundings: Surroundings, _ attention: SignalAttention) async throws -> BranchAudit {
        let (branch, rerun) = (branch, rerun)
        let auditing = Task { () async throws -> BranchAudit in
            let inspection = try await BranchInspection.prepare(place: place, branch: branch, surroundings: surroundings)
            do {
                let audit = try await inspection.audit(rerunning: rerun)
                await inspection.folder.remove()
                return audit
            } catch {
                await inspection.folder.remove()
                throw error
            }
        }
        await attention.whileOpening { auditing.cancel() }
        do {
            return try await auditing.value
        } catch {
            guard let number = await attention.first else { throw error }
            throw Failure("stopped by \(Signals.name(of: number)) before the verification was done", .suspended)
        }
    }
}

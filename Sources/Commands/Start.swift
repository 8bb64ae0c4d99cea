import ArgumentParser
import ConfigurationFiles
import Engine

/// `cco start`
struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a run, or go on with an unfinished one.",
        discussion: """
            On a terminal shows the run live (`?` shows the keys): the engine works in the background, so the view can be left and found again
            with `cco watch`; Ctrl-C asks before it pauses the run. With --plain, or without a terminal, works in the foreground and prints
            what happens; Ctrl-C stops every agent and leaves the run so that `cco resume` goes on.
            Without a configuration, and on a terminal, asks a few questions first.

            EXAMPLES:
              cco start                          (asks, or uses ./orchestrator.json or ./cco-config)
              cco start --config ./my-config
              cco start --config ./my-config --detach
              cco start --config ./my-config --new
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var session: SessionOptions

    @Flag(help: "Give an unfinished run up and start a new one. The old one's work is kept.")
    var new = false

    func run() async throws {
        let surroundings = Surroundings.current
        var place = places.place(surroundings)
        if !place.isConfigured, session.readyDescriptor == nil {
            guard surroundings.console.isInteractive else { throw Self.unconfigured(place) }
            let folder = try await SetupDialogue(surroundings: surroundings, folder: place.folder).run()
            place = Place(config: folder, workspace: places.workspace, surroundings: surroundings)
        }
        let launch = Launch(surroundings: surroundings, place: place, choice: new ? .new : .unfinishedOrNew, session: session)
        try await launch.run(["start"] + (new ? ["--new"] : []))
    }

    static func unconfigured(_ place: Place) -> Failure {
        Failure(
            "there is no \(place.folder.orchestratorFile). Make one with `cco init \(ConfigurationPath.shellWord(place.folder.givenPath)) --repository URL "
                + "--workers N`, name another folder with --config, or run `cco start` on a terminal to be asked.", .configuration)
    }
}

import ArgumentParser
import Engine

/// `cco resume`
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go on with a paused or interrupted run.",
        discussion: """
            Agents go on in the sessions in which they were stopped; those that outlived a crash of cco are taken up as they are.

            EXAMPLES:
              cco resume --config ./my-config
              cco resume --config ./my-config --detach
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var session: SessionOptions

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        guard place.isConfigured else { throw Start.unconfigured(place) }
        try await Launch(surroundings: surroundings, place: place, choice: .unfinished, session: session).run(["resume"])
    }
}

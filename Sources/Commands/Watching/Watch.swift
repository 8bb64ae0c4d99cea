import ArgumentParser
import Engine
import Orchestration

/// `cco watch`
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch a run live: who works on what, tasks, the merge queue, the log.",
        discussion: """
            A view on the newest run, from any terminal, as often as you like; leaving it changes nothing. `?` shows the keys.
            Where the output is no terminal, prints the log's end and what is added to it, as `cco logs --follow --lines 20` does.

            EXAMPLES:
              cco watch --config ./my-config
              NO_COLOR=1 cco watch --config ./my-config
              cco watch --config ./my-config | grep merge
            """)

    @OptionGroup var places: PlaceOptions

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        guard surroundings.canShowScreens else {
            return try await Logs.follow(place, surroundings)
        }
        // Says what is missing before the terminal is taken.
        let (status, isLive) = try await RunFinder(place: place).status()
        try await WatchSession(surroundings: surroundings, place: place).run(status: status, isLive: isLive)
    }
}

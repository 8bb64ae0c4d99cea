import ArgumentParser
import Dashboard
import Engine
import Glibc
import Orchestration

/// `cco web`
struct Web: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve web pages that show a run live, on this machine only.",
        discussion: """
            Prints a link with a token; open it in a browser on this machine (or through `ssh -L PORT:127.0.0.1:PORT`). The pages are served by
            this command, not by the run: ending it, or a browser that hangs, changes nothing for the run. Ctrl-C ends it.

            EXAMPLES:
              cco web --config ./my-config
              cco web --config ./my-config --port 8420
            """)

    @OptionGroup var places: PlaceOptions

    @Option(help: "The port on 127.0.0.1. (default: a free one)")
    var port = 0

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535, not \(port).") }
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let (status, isLive) = try await RunFinder(place: place).status()
        let follower = try RunFollower(surroundings: surroundings, place: place, status: status, isLive: isLive)
        let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
        let server = DashboardServer(port: port, feed: FollowedRun(follower: follower, place: place, surroundings: surroundings))
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { for await _ in signals.numbers { return } }
            group.addTask { try await follower.run() }
            group.addTask { try await server.run { link in surroundings.console.write("The run's pages: \(link)") } }
            try await group.next()
        }
    }
}

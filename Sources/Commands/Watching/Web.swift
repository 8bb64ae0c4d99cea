import ArgumentParser
import ConfigurationFiles
import Dashboard
import Engine
import FoundationEssentials
import Glibc
import Orchestration
import Processes

/// `cco web`
struct Web: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve web pages that show a run live, on this machine only.",
        discussion: """
            Prints a link with a token; open it in a browser on this machine (or through `ssh -L PORT:127.0.0.1:PORT`). The pages are served by
            this command, not by the run: ending it, or a browser that hangs, changes nothing for the run. Ctrl-C ends it. Every start has a token
            of its own, unless a file keeps it: with --port and --token-file, a link and a page that is open are good again after a restart.
            Without --run the pages go on to the run that begins next.

            EXAMPLES:
              cco web --config ./my-config
              cco web --config ./my-config --run 2026-11-22-21-48-05
              cco web --config ./my-config --port 8420
              cco web --config ./my-config --port 8420 --token-file ~/.config/cco-web-token
            """)

    @OptionGroup var places: PlaceOptions

    @Option(help: ArgumentHelp("The run. (default: the newest)", valueName: "id"))
    var run: String?

    @Option(help: "The port on 127.0.0.1. (default: a free one)")
    var port = 0

    @Option(
        help: ArgumentHelp("Where the link's token is kept from one start to the next; made if it is not there.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535, not \(port).") }
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let follower = try await follower(place, surroundings)
        let name = await follower.moment.status.run
        let signals = try Signals([SIGINT, SIGTERM, SIGHUP])
        // Whatever the workspace's runs, of which there may be another by then.
        let owner = ConnectionOwner(marker: place.workspace.digest)
        let server = DashboardServer(
            port: port, feed: FollowedRun(follower: follower, place: place, surroundings: surroundings),
            past: FollowedPast(surroundings: surroundings, place: place, run: name, follower: follower),
            token: try token(surroundings), isAgent: { owner.isFamily(peerPort: $0, port: $1) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { for await _ in signals.numbers { return } }
            group.addTask { try await follower.run() }
            group.addTask { try await server.run { link in surroundings.console.write("The run's pages: \(link)") } }
            try await group.next()
        }
    }

    /// Of the run that was named, or of whichever is the newest.
    private func follower(_ place: Place, _ surroundings: Surroundings) async throws -> RunFollower {
        let only = try run.map { try Replay.find($0, at: place) }
        guard let only, try place.workspace.currentRun()?.id != only else {
            let (status, isLive) = try await RunFinder(place: place).status()
            return try RunFollower(surroundings: surroundings, place: place, status: status, isLive: isLive, only: only)
        }
        guard let status = try RunFollower.earlier(only, at: place) else { throw Failure("the journal of run \(only) is gone.", .usage) }
        return try RunFollower(surroundings: surroundings, place: place, status: status, isLive: false, only: only)
    }

    /// `nil` for a new one.
    private func token(_ surroundings: Surroundings) throws -> String? {
        guard let tokenFile else { return nil }
        let path = ConfigurationPath.resolve(tokenFile, relativeTo: surroundings.currentFolder, home: surroundings.home)
        _ = try PrivateFile.create(path, with: DashboardServer.makeToken() + "\n")
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemFailure.current("look at \(path)") }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure("\(path) can be read by others. Make it private: chmod 600 \(ConfigurationPath.shellWord(path))", .noPermission)
        }
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self).filter { !$0.isWhitespace }
        guard text.utf8.count >= 32, text.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 }) else {
            throw Failure(
                "\(path) holds no token: it takes at least 32 letters and digits. Remove it, and a new one is made.", .configuration)
        }
        return text
    }
}

import ConfigurationFiles
import Engine

/// Runs an engine in the foreground, in the background, or as the background process itself.
struct Launch: Sendable {
    var surroundings: Surroundings
    var place: Place
    var choice: RunHost.Choice
    var session: SessionOptions

    /// - Parameter words: the command as it was given, for a background process; the places are added.
    /// - Throws: `CommandStatus` when the run did not end complete, and whatever prevents the start.
    func run(_ words: [String]) async throws {
        if let descriptor = session.readyDescriptor { return try await serveDetached(StartAnnouncement(descriptor: descriptor)) }
        guard !session.detach else { return try await detach(words) }
        let status = try await EngineSession(surroundings: surroundings, place: place, choice: choice, starter: nil).run()
        if status != .ok { throw status }
    }

    private func serveDetached(_ starter: StartAnnouncement) async throws {
        let status: CommandStatus
        do {
            status = try await EngineSession(surroundings: surroundings, place: place, choice: choice, starter: starter).run()
        } catch {
            let failure = Failure(error)
            starter.failed(failure)
            throw failure
        }
        if status != .ok { throw status }
    }

    private func detach(_ words: [String]) async throws {
        // What is wrong with the configuration is said here, before anything is made.
        _ = try place.folder.load(home: surroundings.home)
        try place.workspace.prepare()
        let arguments = words + place.arguments + ["--ready-descriptor", "\(DetachedStart.descriptor)"]
        let report = try await DetachedStart(
            surroundings: surroundings, arguments: arguments, log: place.workspace.path + "/engine.log"
        ).run()
        for line in report.lines { surroundings.console.write(line) }
        surroundings.console.write("The run goes on in the background (process \(report.pid ?? 0)).")
    }
}

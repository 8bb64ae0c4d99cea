import ConfigurationFiles
import Engine
import Orchestration

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
        guard !session.detach else {
            let report = try await detach(words)
            return surroundings.console.write("The run goes on in the background (process \(report.pid ?? 0)).")
        }
        if surroundings.canShowScreens, !session.plain { return try await view(words) }
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

    /// The engine works in the background and this terminal looks on, so that the view can be left while the run goes on.
    private func view(_ words: [String]) async throws {
        _ = try await detach(words)
        let finder = RunFinder(place: place)
        let (status, isLive) = try await finder.status()
        let left = try await WatchSession(surroundings: surroundings, place: place, isStarter: true).run(status: status, isLive: isLive)
        guard left == .over else {
            return surroundings.console.write(
                "The run goes on in the background. Look at it: cco watch\(place.options)    Stop it: cco pause\(place.options)")
        }
        let logs = try RunLogs.find(status.run, at: place, surroundings)
        let run = try await finder.settled { try await finder.locked { $0 } }
        guard let run else { throw Failure("run \(status.run) is no longer in \(place.workspace.path)", .unexpected) }
        let ending = RunEnding(run: run, journalFault: nil, logFolder: logs.folder)
        let text = await EndingText(ending, place, surroundings, try place.redactor(surroundings))
        surroundings.console.write(text.text)
        let code = CommandStatus(run, journalFailed: false)
        if code != .ok { throw code }
    }

    private func detach(_ words: [String]) async throws -> StartReport {
        // What is wrong with the configuration is said here, before anything is made.
        _ = try place.folder.load(home: surroundings.home)
        try place.workspace.prepare()
        let arguments = words + place.arguments + ["--ready-descriptor", "\(DetachedStart.descriptor)"]
        let report = try await DetachedStart(
            surroundings: surroundings, arguments: arguments, log: place.workspace.path + "/engine.log"
        ).run()
        for line in report.lines { surroundings.console.write(line) }
        return report
    }
}

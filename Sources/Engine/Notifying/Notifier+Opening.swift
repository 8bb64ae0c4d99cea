import Agents
import ConfigurationFiles
import FoundationEssentials
import Journal
import Observability
import Orchestration

extension Notifier {
    /// The notifier of a run that is taken in hand; `nil` when nobody is to be told anything. What an engine that died had not told is told now.
    ///
    /// - Throws: `ConfigurationError`, `JournalError`, or what writing the place meets.
    static func make(_ request: RunHost.Request, _ resources: RunResources, _ journal: Journal, _ run: Run) throws -> Notifier? {
        guard let settings = request.contents.configuration.configuration.notifications else { return nil }
        let environment = AgentEnvironment.inherited(from: request.environment)
        let address = try settings.webhookAddress(folder: request.configuration.path, environment: request.environment)
        var sinks: [NotificationSink] = []
        if !settings.command.isEmpty {
            var words = settings.command
            if words[0].contains("/") {
                words[0] = ConfigurationPath.resolve(words[0], relativeTo: request.configuration.path, home: request.environment["HOME"])
            }
            sinks.append(.command(words, environment: environment, folder: request.configuration.path))
        }
        if let address { sinks.append(.webhook(address, settings.format, environment: environment)) }
        if settings.desktop {
            // Where the desktop listens, which agents are not told.
            let names = ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"]
            sinks.append(
                .desktop(environment: environment.merging(request.environment.filter { names.contains($0.key) }) { old, _ in old }))
        }
        guard !sinks.isEmpty else { return nil }
        let file = "\(resources.folder.path)/\(NotificationPlace.fileName)"
        let place = try place(in: file, journal)
        let notifier = Notifier(
            to: sinks, events: Set(settings.events.compactMap { Notification.Kind(rawValue: $0.rawValue) }), from: place, file: file,
            log: resources.log, redactor: resources.redactor)
        guard place.sequence < journal.lastSequence else { return notifier }
        try journal.forEach(after: place.sequence) { entry in
            notifier.consider(try EventRecord.decode(entry.record.body), sequence: entry.sequence, after: run, at: entry.record.time)
        }
        return notifier
    }

    /// What was told; from the present on where nothing was to be told before.
    private static func place(in file: String, _ journal: Journal) throws -> NotificationPlace {
        // One that cannot be read is as good as none: a form of another version.
        if let text = try PrivateFiles.text(file), let place = try? JSONDecoder().decode(NotificationPlace.self, from: Data(text.utf8)) {
            return place
        }
        let place = NotificationPlace(sequence: journal.lastSequence)
        try PrivateFiles.write(Array(try JSONEncoder().encode(place)), to: file)
        return place
    }
}

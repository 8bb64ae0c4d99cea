import ConfigurationFiles

extension HealthChecks {
    /// Whether what tells a person is there. Nothing is sent.
    func notifications(_ contents: ConfigurationFolder.Contents?) -> HealthCheck? {
        guard let settings = contents?.configuration.configuration.notifications else { return nil }
        let search = ExecutableSearch(surroundings: surroundings)
        var ways: [String] = []
        do {
            if let program = settings.command.first {
                let isPath = program.contains("/")
                let path = isPath ? ConfigurationPath.resolve(program, relativeTo: place.folder.path, home: surroundings.home) : program
                guard search.find(path) != nil else {
                    return .warning("notifications", "there is no executable \(path)", "correct \"notifications.command\"")
                }
                ways.append("command")
            }
            if try settings.webhookAddress(folder: place.folder.path, environment: surroundings.environment, home: surroundings.home) != nil
            {
                guard search.find("curl") != nil else {
                    return .warning("notifications", "the webhook needs curl, which is not on PATH", "install curl")
                }
                ways.append("webhook (\(settings.format.rawValue))")
            }
        } catch {
            return .failed("notifications", error.description, "correct what is named", .configuration)
        }
        if settings.desktop {
            guard search.find("notify-send") != nil else {
                return .warning("notifications", "the desktop is told by notify-send, which is not on PATH", "install libnotify-bin")
            }
            ways.append("desktop")
        }
        return .passed("notifications", ways.isEmpty ? "none" : ways.joined(separator: ", "))
    }
}

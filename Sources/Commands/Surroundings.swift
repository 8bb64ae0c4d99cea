import ConfigurationFiles
import Glibc

/// What a command finds around it: environment, current folder, console and its own executable. Tests bring their own.
package struct Surroundings: Sendable {
    package var environment: [String: String]
    /// Absolute.
    package var currentFolder: String
    package var console: Console
    /// The path of the running executable.
    package var executable: String

    package init(environment: [String: String], currentFolder: String, console: Console, executable: String) {
        self.environment = environment
        self.currentFolder = currentFolder
        self.console = console
        self.executable = executable
    }

    /// The home folder, for `~` in paths.
    package var home: String? { environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether a person looks at a terminal that can show more than lines.
    ///
    /// Services that build and test set `CI`, some of them on a terminal that nobody looks at.
    var canShowScreens: Bool {
        guard ["", "0", "false"].contains(environment["CI", default: ""]) else { return false }
        return console.isInteractive && !["", "dumb"].contains(environment["TERM", default: ""])
    }

    /// What commands use: the process's own, unless a test has put others in their place.
    @TaskLocal package static var current = Surroundings.process()

    private static func process() -> Surroundings {
        let environment = processEnvironment()
        return Surroundings(
            environment: environment, currentFolder: ConfigurationPath.currentFolder, console: .process(environment: environment),
            executable: ownExecutable())
    }

    private static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    private static func ownExecutable() -> String {
        guard let path = realpath("/proc/self/exe", nil) else { return "cco" }
        defer { free(path) }
        return String(cString: path)
    }
}

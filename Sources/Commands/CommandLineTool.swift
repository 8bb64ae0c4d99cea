import ArgumentParser
import ConfigurationFiles
import Glibc
import Observability
import Processes

/// The `cco` command line.
package enum CommandLineTool {
    /// The version of cco.
    package static let version = "0.1.0"

    /// Runs the command that the process's arguments ask for, and ends the process with its exit code.
    package static func run() async {
        // A reader that has gone, or a child that has died, is an error of one write and not the end of cco.
        signal(SIGPIPE, SIG_IGN)
        ProcessMemory.limitFreeMemory()
        // So is a file that may not grow any more. A handler, because children would inherit that it is ignored.
        signal(SIGXFSZ) { _ in }
        if let misspelt = misspelt(CommandLine.arguments.dropFirst().first) { end(misspelt) }
        do {
            var command = try Root.parseAsRoot()
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch {
                end(error)
            }
        } catch {
            Root.exit(withError: error)
        }
    }

    /// What to say of a first word that is no command. `cco start` takes no words without a dash, so it was not meant.
    static func misspelt(_ word: String?) -> Failure? {
        guard let word, !word.isEmpty, !word.hasPrefix("-") else { return nil }
        let commands = Root.configuration.subcommands.map { $0.configuration.commandName ?? $0._commandName }
        guard !commands.contains(word), word != "help" else { return nil }
        let nearest = NearestName.of(word, among: commands).map { "Did you mean cco \($0)? " } ?? ""
        return Failure("there is no command \"\(OneLineText.of(word, limit: 60))\". \(nearest)All commands: cco --help", .usage)
    }

    /// What a failed command says and exits with.
    private static func end(_ error: any Error) -> Never {
        if let status = error as? CommandStatus { exit(status.rawValue) }
        // The parser's own: help, and what it objects to. It knows no code for errors of ours but the general one.
        if Root.exitCode(for: error) != .failure { Root.exit(withError: error) }
        let failure = Failure(error)
        Surroundings.current.console.warn("cco: \(failure.message)")
        exit(failure.status.rawValue)
    }
}

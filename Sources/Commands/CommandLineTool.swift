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
        if let misspelt = misspelt(CommandLine.arguments.dropFirst()) { end(misspelt) }
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
            // A command that failed has said so, and its own exit code counts.
            if let failure = TextOutput.standard.failure { end(failure) }
        } catch {
            Root.exit(withError: error)
        }
    }

    /// What to say of a word that is no command where one has to stand. What is run without a command takes no words without a dash, so none was
    /// meant for it.
    static func misspelt(_ words: some Sequence<String>) -> Failure? {
        var (command, name): (any ParsableCommand.Type, String) = (Root.self, "cco")
        for word in words {
            let commands = command.configuration.subcommands
            guard !commands.isEmpty, !word.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            if let next = commands.first(where: { $0._commandName == word || $0.configuration.aliases.contains(word) }) {
                (command, name) = (next, "\(name) \(word)")
                continue
            }
            let nearest = NearestName.of(word, among: commands.map { $0._commandName }).map { "Did you mean \(name) \($0)? " } ?? ""
            return Failure(
                "there is no command \"\(name) \(OneLineText.of(word, limit: 60))\". \(nearest)All of them: \(name) --help", .usage)
        }
        return nil
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

import ArgumentParser

/// A gate's command as it is named on the command line.
enum GateCommand {
    /// - Parameter advice: what to do besides naming a command.
    /// - Throws: `ValidationError` for a command with nothing in it: it would judge everything good.
    static func check(_ command: String?, of option: String, otherwise advice: String) throws {
        guard let command, command.allSatisfy(\.isWhitespace) else { return }
        throw ValidationError("\(option) is empty, and an empty command verifies nothing. Give a command, \(advice).")
    }
}

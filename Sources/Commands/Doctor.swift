import ArgumentParser

/// `cco doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that this machine and a configuration are ready for a run.",
        discussion: """
            Names a remedy for everything that is wrong. Exit code 0 when nothing essential is missing, otherwise the one of the first failure.

            EXAMPLES:
              cco doctor
              cco doctor --config ./my-config --json
              cco doctor --config ./my-config --journal
            """)

    @OptionGroup var places: PlaceOptions

    @Flag(help: "Check the journal of the configuration's newest run instead: every event, and that the snapshots are their fold.")
    var journal = false

    @Flag(help: "Print the checks as JSON.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        let checks =
            journal
            ? [try JournalCheck(place: place).result()]
            : await HealthChecks(surroundings: surroundings, place: place, isConfigurationExpected: places.config != nil).all()
        if json {
            surroundings.console.write(try JSONText.of(checks))
        } else {
            let style = Style(isOn: surroundings.console.hasColour)
            for check in checks { for line in check.lines(style) { surroundings.console.write(line) } }
        }
        if let failed = checks.first(where: { $0.result == .failed }) { throw failed.exitStatus }
    }
}

/// One thing that was looked at.
struct HealthCheck: Sendable, Codable, Equatable {
    enum Result: String, Sendable, Codable {
        case passed, warning, failed
        /// For information; neither good nor bad.
        case info
    }

    var name: String
    var result: Result
    /// What was found.
    var detail: String
    /// What to do about it.
    var remedy: String?
    /// What the command exits with when this failed.
    var exitCode: Int32 = CommandStatus.ok.rawValue

    var exitStatus: CommandStatus { CommandStatus(rawValue: exitCode) ?? .unexpected }

    static func passed(_ name: String, _ detail: String) -> HealthCheck { HealthCheck(name: name, result: .passed, detail: detail) }
    static func info(_ name: String, _ detail: String) -> HealthCheck { HealthCheck(name: name, result: .info, detail: detail) }

    static func warning(_ name: String, _ detail: String, _ remedy: String) -> HealthCheck {
        HealthCheck(name: name, result: .warning, detail: detail, remedy: remedy)
    }

    static func failed(_ name: String, _ detail: String, _ remedy: String?, _ status: CommandStatus) -> HealthCheck {
        HealthCheck(name: name, result: .failed, detail: detail, remedy: remedy, exitCode: status.rawValue)
    }

    func lines(_ style: Style) -> [String] {
        let mark =
            switch result {
            case .passed: style.green("ok     ")
            case .warning: style.yellow("warning")
            case .failed: style.red("FAILED ")
            case .info: style.dim("info   ")
            }
        let padded = name + String(repeating: " ", count: max(1, 15 - name.count))
        return ["\(mark) \(padded)\(detail.split(separator: "\n").joined(separator: "\n                        "))"]
            + (remedy.map { ["                       -> \($0)"] } ?? [])
    }
}

import ArgumentParser

/// `cco queue`
struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what waits to be merged, why, and since when.",
        discussion: """
            One queue for each branch that work is merged into. What is verified together is shown together.
            Shows the configuration's run and what `cco merge` has under way on its repository. With --repository or --target, and where there
            is no configuration, shows what `cco merge` has under way on that repository, or what came of it.

            EXAMPLES:
              cco queue --config ./my-config
              cco queue --repository https://github.com/me/shop.git
              cco queue --target main --json
            """)

    @OptionGroup var places: PlaceOptions

    @Option(
        help: ArgumentHelp(
            "The repository of a cco merge: a URL or a path. (default: the one of the configuration, else the one that the current folder is "
                + "in)",
            valueName: "repository"))
    var repository: String?

    @Option(help: ArgumentHelp("The branch that gets the others in a cco merge. (default: any)", valueName: "branch"))
    var target: String?

    @Flag(help: "Print the queues as JSON.")
    var json = false

    func validate() throws {
        guard places.workspace != nil, repository != nil || target != nil else { return }
        throw ValidationError("--workspace names the place itself; leave --repository and --target out.")
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let search = QueueSearch(
            surroundings: surroundings, place: places.place(surroundings), namesConfiguration: places.config != nil,
            namesWorkspace: places.workspace != nil, repository: repository, target: target)
        let report = try await search.report()
        let console = surroundings.console
        console.write(
            json
                ? try JSONText.of(report)
                : QueueText(report: report, style: Style(isOn: console.hasColour)).lines.joined(separator: "\n"))
    }
}

import ArgumentParser

/// `cco cleanup`
struct Cleanup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove a configuration's workspace: worktrees, repositories, sockets.",
        discussion: """
            Never removes the configuration, the logs, or anything at origin. Commits that origin's branch does not have are first put into
            a git bundle in <config>/kept, and the command that brings them back is printed. Refused while the run is at work, and for a
            paused run unless --abandon is given. Asks nothing, and may be repeated.
            A workspace of `cco merge` goes with the logs in it. A result that was not pushed stays unless --abandon is given.

            EXAMPLES:
              cco cleanup --config ./my-config
              cco cleanup --config ./my-config --abandon
              cco cleanup --workspace ~/.cache/cco/merge/NAME
            """)

    @OptionGroup var places: PlaceOptions

    @Flag(help: "Give an unfinished run up, whose work is kept in the bundle, and results of cco merge that were not pushed.")
    var abandon = false

    func run() async throws {
        let surroundings = Surroundings.current
        let place = places.place(surroundings)
        try await WorkspaceCleanup(surroundings: surroundings, place: place, abandons: abandon).run()
    }
}

import ArgumentParser

/// How `start` and `resume` run the engine.
struct SessionOptions: ParsableArguments {
    @Flag(help: "Work in the background. Returns when the run is under way; look at it with `cco watch`, stop it with `cco pause`.")
    var detach = false

    @Flag(help: "Print lines in the foreground instead of the live view, on a terminal, too. Ctrl-C then stops the agents at once.")
    var plain = false

    /// Set by `--detach` for the process that it starts: where to report how the start went.
    @Option(help: .private)
    var readyDescriptor: Int32?
}

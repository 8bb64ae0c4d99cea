import ArgumentParser

/// How `start` and `resume` run the engine.
struct SessionOptions: ParsableArguments {
    @Flag(help: "Work in the background. Returns when the run is under way; watch it with `cco logs --follow`, stop it with `cco pause`.")
    var detach = false

    /// Set by `--detach` for the process that it starts: where to report how the start went.
    @Option(help: .private)
    var readyDescriptor: Int32?
}

import Orchestration

extension Workspace {
    /// Where the run of this id has, or had, its place. Nothing says that the folder exists.
    package func folder(of run: RunID) -> RunFolder { RunFolder(workspace: self, id: run) }
}

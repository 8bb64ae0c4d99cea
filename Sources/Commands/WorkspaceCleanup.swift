import ConfigurationFiles
import Engine
import Git
import Glibc
import Orchestration
import Processes

/// Takes a configuration's workspace away without losing a commit.
struct WorkspaceCleanup: Sendable {
    var surroundings: Surroundings
    var place: Place
    /// Whether an unfinished run is given up.
    var abandons: Bool

    private var console: Console { surroundings.console }

    /// - Throws: `Failure` when the workspace is in use or holds an unfinished run; `WorkspaceError`, `GitError`. What was not yet removed is
    ///   still there then, and the command may be given again.
    func run() async throws {
        guard place.workspace.exists else { return console.write("There is nothing to clean up: \(place.workspace.path) does not exist.") }
        let lock = try place.workspace.lock()
        defer { withExtendedLifetime(lock) {} }
        // Refuses a folder that is not a workspace.
        try place.workspace.prepare()
        try checkCurrentRun()
        let runs = try place.workspace.runs()
        for folder in runs { try await endProcesses(folder) }
        for folder in runs { try await keep(folder) }
        CrashPoint.cleanupKept.pass()
        for folder in runs {
            try await SessionFolders(surroundings: surroundings, run: folder).remove()
            try await FolderRemoval.remove(folder.path)
            CrashPoint.cleanupRunRemoved.pass()
        }
        try await removeWorkspace()
        console.write("Removed \(place.workspace.path). The configuration, the logs and origin are as they were.")
    }

    private func checkCurrentRun() throws {
        guard !abandons, let folder = try place.workspace.currentRun() else { return }
        let run: Run?
        do {
            run = try RunHost.read(folder)
        } catch {
            throw Failure(
                "the journal of run \(folder.id) cannot be read, so nobody knows whether it has ended: \(error). To keep its commits and remove the "
                    + "rest: cco cleanup --abandon\(place.options)", .cannotCreate)
        }
        guard let run, !run.isEnded else { return }
        throw Failure(
            "run \(run.id) has not ended. Go on with `cco resume\(place.options)`, or give it up (its commits are kept) with "
                + "`cco cleanup --abandon\(place.options)`. Nothing was changed.", .held)
    }

    private func endProcesses(_ folder: RunFolder) async throws {
        let result = try await ProcessSweep.end(marker: folder.marker)
        if result.ended > 0 { console.write("Processes of run \(folder.id) that were still alive and have been ended: \(result.ended)") }
        guard result.survivors.isEmpty else {
            let names = result.survivors.map { "\($0.pid)" }.joined(separator: ", ")
            throw Failure("processes of run \(folder.id) are stuck in the kernel: \(names). Nothing was removed.", .held)
        }
    }

    private func keep(_ folder: RunFolder) async throws {
        let keeper = WorkKeeper(surroundings: surroundings, place: place, folder: folder)
        guard let kept = try await keeper.keep() else { return }
        let word = ConfigurationPath.shellWord(kept.path)
        console.write("Run \(folder.id): work that origin's branch does not have is kept in \(kept.path)")
        for ref in kept.refs { console.write("  \(ref.commits) commits  \(ref.name)") }
        console.write("  To have it back, in a clone of the repository: git fetch \(word) 'refs/*:refs/kept/*'")
    }

    /// The lock goes last: until then nobody else can begin in here.
    private func removeWorkspace() async throws {
        let path = place.workspace.path
        try await FolderRemoval.remove(place.workspace.socketPath)
        for name in ["runs", "current", "engine.log", "control.sock", "format"] { try await FolderRemoval.remove("\(path)/\(name)") }
        for name in try leftovers() { try await FolderRemoval.remove("\(path)/\(name)") }
        guard unlink(place.workspace.lockPath) == 0 || errno == ENOENT else {
            throw SystemFailure.current("remove \(place.workspace.lockPath)")
        }
        // Not empty: somebody has begun something new in there, or has put a file of their own there. It stays.
        rmdir(path)
    }

    /// Half-written files of a killed engine; anything else in the folder is not ours.
    private func leftovers() throws -> [String] {
        try FolderListing.names(in: place.workspace.path).filter { $0 == "current.new" || $0 == "format.new" }
    }
}

import ConfigurationFiles
import Engine
import Git
import Glibc
import Orchestration
import Processes

/// Takes a configuration's workspace, or one of `cco merge`, away without losing a commit.
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
        var remains: [MergeRemains] = []
        for folder in runs {
            if let merge = mergeState(of: folder) {
                if let result = await unpushed(merge, in: folder) { remains.append(result) }
            } else {
                try await keep(folder)
            }
        }
        CrashPoint.cleanupKept.pass()
        for folder in runs where !remains.contains(where: { $0.folder == folder }) {
            try await SessionFolders(surroundings: surroundings, run: folder).remove()
            try await FolderRemoval.remove(folder.path)
            CrashPoint.cleanupRunRemoved.pass()
        }
        let logs = MergeLogs(place: place, surroundings: surroundings)
        let hadLogs = try await logs.remove(but: Set(remains.map(\.folder.id.name)))
        let others = try await removeWorkspace(but: remains)
        tell(remains, others, hadLogs: hadLogs)
    }

    /// What a person should know of what has gone and what stays.
    private func tell(_ remains: [MergeRemains], _ others: [String], hadLogs: Bool) {
        let path = place.workspace.path
        for result in remains {
            console.write(
                "Merge \(result.folder.id): its result was not pushed, and stays. Get it: git fetch "
                    + "\(ConfigurationPath.shellWord(result.folder.hub)) \(result.target)")
        }
        if !remains.isEmpty { console.write("To remove that, too: cco cleanup --abandon\(place.options)") }
        if !others.isEmpty { console.write("\(path) stays, because of what else is in it: \(others.joined(separator: ", "))") }
        let gone = remains.isEmpty && others.isEmpty ? "Removed \(path)" : "Removed everything else in \(path)"
        let untouched = hadLogs ? ", with the logs of its merges. Origin is" : ". The configuration, the logs and origin are"
        console.write("\(gone)\(untouched) as \(hadLogs ? "it was" : "they were").")
    }

    /// The state of a `cco merge`; `nil` for a run of agents.
    private func mergeState(of folder: RunFolder) -> Run? {
        // What cannot be read counts as a run of agents, whose work is kept.
        guard let run = try? RunHost.read(folder), run.settings.branches != nil else { return nil }
        return run
    }

    /// What has to stay of a merge: only the person knows whether somebody still wants it.
    private func unpushed(_ merge: Run, in folder: RunFolder) async -> MergeRemains? {
        guard let result = MergeRemains(merge, in: folder), await !result.isAtOrigin(Git(environment: surroundings.environment)) else {
            return nil
        }
        guard abandons else { return result }
        console.write("Merge \(folder.id): its result, which was not pushed, is given up.")
        return nil
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
        guard run.settings.branches == nil else {
            throw Failure(
                "the merge into \(run.settings.targetBranch) has not ended: the same `cco merge` goes on with what has not landed. To remove what "
                    + "it has left: `cco cleanup --abandon\(place.options)`. Nothing was changed.", .held)
        }
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
        let stuck = try await GitProcesses.endOrphans(below: folder.path).filter(\.isTrouble)
        guard stuck.isEmpty else {
            throw Failure("run \(folder.id): \(stuck.map(\.description).joined(separator: ", ")). Nothing was removed.", .held)
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

    /// The lock goes last: until then nobody else can begin in here. Just before it goes what makes the folder a workspace, which it has to stay
    /// for the next run as long as anything is left in it.
    ///
    /// - Returns: the names of what is left and belongs to no run.
    private func removeWorkspace(but remains: [MergeRemains]) async throws -> [String] {
        let path = place.workspace.path
        try await FolderRemoval.remove(place.workspace.socketPath)
        // The record of the newest merge says where its result is.
        let state = ["runs", "current", MergeRecord.fileName]
        var names = try ["engine.log", "control.sock"] + leftovers()
        if remains.isEmpty { names += state }
        for name in names { try await FolderRemoval.remove("\(path)/\(name)") }
        let left = try FolderListing.names(in: path).filter { $0 != "format" && $0 != "lock" }
        guard left.isEmpty else {
            // The logs of a merge stay with its result.
            return remains.isEmpty ? left : left.filter { !state.contains($0) && $0 != MergeLogs.folderName }
        }
        try await FolderRemoval.remove("\(path)/format")
        guard unlink(place.workspace.lockPath) == 0 || errno == ENOENT else {
            throw SystemFailure.current("remove \(place.workspace.lockPath)")
        }
        // Not empty: somebody has begun something new in there, or has put a file of their own there. It stays.
        rmdir(path)
        return []
    }

    /// Half-written files of a killed engine; anything else in the folder is not ours.
    private func leftovers() throws -> [String] {
        try FolderListing.names(in: place.workspace.path).filter {
            $0 == "current.new" || $0 == "format.new" || $0.hasPrefix(MergeRecord.fileName + ".") && $0.hasSuffix(".new")
        }
    }
}

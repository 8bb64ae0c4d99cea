import Git
import Observability
import Orchestration

extension RunResources {
    /// How often a gate waits for the submodules' host, with growing pauses between. A build may need none of them.
    static let submoduleTries = 4

    /// Puts into a fresh checkout what git does not bring: environment files, and submodules where the run may fetch them.
    ///
    /// A name that the repository itself tracks is left as the commit has it.
    ///
    /// - Parameter isGate: whether a commit is judged by what is there: then nothing of another one is left in the folders of submodules, and where they
    ///   cannot be fetched for now, that is a failure, and not a verdict, until it has been tried often enough.
    func furnish(_ seat: AgentRepository, at commit: ObjectID, trusting base: ObjectID?, isGate: Bool = false, tries: Int = 0) async throws
    {
        var files = environmentFiles
        let names = environmentFiles.keys.sorted() + [".gitmodules"]
        var tracked = try await seat.hub.tracked(names, at: commit)
        // The hub does not have what an agent has committed in a turn that was cut off.
        if tracked == nil { tracked = try await seat.tracked(names, at: commit) }
        for name in tracked ?? [] { files[name] = nil }
        if !files.isEmpty { try await seat.placeFiles(files) }
        let hasModules = tracked?.contains(".gitmodules") ?? false
        guard usesSubmodules, hasModules, let base else {
            if isGate, try hasModules || seat.hasFilledSubmodules() { try await seat.emptySubmodules() }
            return
        }
        do {
            try await seat.updateSubmodules(trusting: base)
        } catch {
            guard error.kind != .cancelled, !isGate || error.kind != .unreachable || tries >= Self.submoduleTries else { throw error }
            // Those that are not to be filled were not emptied, either.
            if isGate, error.kind == .invalidInput { try await seat.emptySubmodules() }
            // Work that needs no submodule can go on; the agent and the gate see an empty folder, and a person sees why.
            log.log(source: "cco", level: .warning, message: "submodules are left empty in \(seat.worktreePath): \(error.detail)")
        }
    }
}

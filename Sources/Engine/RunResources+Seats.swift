import Git
import Observability
import Orchestration

extension RunResources {
    /// Puts into a fresh checkout what git does not bring: environment files, and submodules where the run may fetch them.
    ///
    /// A name that the repository itself tracks is left as the commit has it.
    func furnish(_ seat: AgentRepository, at commit: ObjectID, trusting base: ObjectID?) async throws {
        var files = environmentFiles
        for name in environmentFiles.keys where try await seat.hub.blobID(at: commit, path: name) != nil { files[name] = nil }
        if !files.isEmpty { try await seat.placeFiles(files) }
        guard usesSubmodules, let base, try await seat.hub.blobID(at: commit, path: ".gitmodules") != nil else { return }
        do {
            try await seat.updateSubmodules(trusting: base)
        } catch {
            guard error.kind != .cancelled else { throw error }
            // Work that needs no submodule can go on; the agent and the gate see an empty folder, and a person sees why.
            log.log(source: "cco", level: .warning, message: "submodules are left empty in \(seat.worktreePath): \(error.detail)")
        }
    }
}

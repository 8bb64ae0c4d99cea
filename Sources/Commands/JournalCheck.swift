import Engine

/// The check of `cco doctor --journal`.
struct JournalCheck {
    let place: Place

    /// - Throws: `Failure` when there is no run, `JournalError` when its journal cannot be opened (an engine that lives has it).
    func result() throws -> HealthCheck {
        guard place.workspace.exists, let folder = try place.workspace.currentRun() else {
            throw Failure("there is no run in \(place.workspace.path); start one with `cco start`", .usage)
        }
        let audit = try JournalAudit.check(folder: folder.path)
        guard audit.problems.isEmpty else {
            return .failed(
                "journal", "run \(audit.run): \(audit.problems.joined(separator: "\n"))",
                "keep a copy of \(folder.path), and go on from the newest commits in \(folder.hub)", .cannotCreate)
        }
        let snapshots =
            audit.snapshots.isEmpty ? "no snapshot" : "snapshots of event \(audit.snapshots.map(String.init).joined(separator: " and "))"
        return .passed("journal", "run \(audit.run): \(audit.events) events, which fold to one state; \(snapshots)")
    }
}

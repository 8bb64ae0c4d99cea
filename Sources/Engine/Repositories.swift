import Git
import Orchestration

/// The run's git repositories, opened once for each process: the hub, and a private repository with a worktree for every agent and gate.
package actor Repositories {
    private let resources: RunResources
    private var opening: _Concurrency.Task<HubRepository, any Error>?
    private var seats: [String: _Concurrency.Task<AgentRepository, any Error>] = [:]

    package init(resources: RunResources) { self.resources = resources }

    /// The hub, made on first use.
    package func hub() async throws -> HubRepository {
        if let opening {
            do {
                return try await opening.value
            } catch {
                // A failed opening is tried again: origin may be reachable by now.
                if self.opening == opening { self.opening = nil }
                throw error
            }
        }
        let resources = resources
        let task = _Concurrency.Task {
            try await HubRepository.createOrOpen(
                at: resources.folder.hub, origin: resources.origin, git: resources.git, cloneOptions: resources.cloneOptions)
                as HubRepository
        }
        opening = task
        return try await hub()
    }

    /// The place of an agent (or a gate), made on first use and whole again when something damaged it.
    package func seat(_ name: String, identity: GitIdentity) async throws -> AgentRepository {
        if let seat = seats[name] {
            do {
                return try await seat.value
            } catch {
                if seats[name] == seat { seats[name] = nil }
                throw error
            }
        }
        let hub = try await hub()
        if seats[name] == nil {
            let resources = resources
            let place = resources.folder.seat(name)
            seats[name] = _Concurrency.Task {
                let seat = try AgentRepository.create(hub: hub, directory: place.git, worktreePath: place.tree, identity: identity)
                try seat.exclude(Array(resources.environmentFiles.keys).sorted() + ["/.claude/settings.local.json"])
                return seat
            }
        }
        return try await seat(name, identity: identity)
    }

    package static func ref(of target: MergeTarget, branch: String) -> String {
        switch target {
        case .base: "refs/heads/\(branch)"
        case .team(let team): "refs/heads/cco/\(team)"
        }
    }
}

import Git
import Observability
import Orchestration
import Processes

/// The run's git repositories, opened once for each process: the hub, and a private repository with a worktree for every agent and gate.
package actor Repositories {
    private let resources: RunResources
    /// Where the journal says that the hub's refs are, for refs that a crash has damaged.
    private let lastKnown: [String: ObjectID]
    private let made: HubRepository?
    private var opening: _Concurrency.Task<HubRepository, any Error>?
    private var locks: [String: AsyncLock] = [:]
    private var seats: [String: _Concurrency.Task<AgentRepository, any Error>] = [:]

    /// - Parameter hub: if it has been made just now, with which nothing can be wrong yet.
    package init(resources: RunResources, opened hub: HubRepository? = nil, lastKnown: [String: ObjectID] = [:]) {
        self.resources = resources
        made = hub
        self.lastKnown = lastKnown
    }

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
        let (made, lastKnown) = (made, lastKnown)
        let task = _Concurrency.Task {
            if let made {
                CrashPoint.hubOpened.pass()
                return made
            }
            let (hub, findings) = try await HubRepository.recover(
                at: resources.folder.hub, origin: resources.origin, git: resources.git, cloneOptions: resources.cloneOptions,
                lastKnown: lastKnown)
            CrashPoint.hubOpened.pass()
            resources.tell(findings, of: "the run's repository")
            return hub
        }
        opening = task
        return try await hub()
    }

    /// Whether the hub has been opened.
    var isOpen: Bool { opening != nil }

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
                let marker = resources.folder.marker
                let seat = try AgentRepository.create(
                    hub: hub, directory: place.git, worktreePath: place.tree, identity: identity,
                    owners: { try ProcessSweep.find(marker: marker) })
                try seat.exclude(Array(resources.environmentFiles.keys).sorted() + ["/.claude/settings.local.json"])
                return seat
            }
        }
        return try await seat(name, identity: identity)
    }

    /// Held by whoever uses the worktree of a seat that several may want.
    func lock(of seat: String) -> AsyncLock {
        if let lock = locks[seat] { return lock }
        let lock = AsyncLock()
        locks[seat] = lock
        return lock
    }

    package static func ref(of target: MergeTarget, branch: String) -> String {
        switch target {
        case .base: "refs/heads/\(branch)"
        case .team(let team): "refs/heads/cco/\(team)"
        }
    }
}

extension RunResources {
    /// Says in the log what was found in a repository and done about it.
    func tell(_ findings: [RepositoryFinding], of repository: String) {
        for finding in findings {
            log.log(
                source: "cco", level: finding.isTrouble ? .error : .warning,
                message: "\(repository): \(redactor.redacted(finding.description))",
                fields: ["reconciled": "repository"])
        }
    }
}

extension Run {
    /// The hub's refs and where the journal says that they are.
    var knownRefs: [String: ObjectID] {
        var refs: [String: ObjectID] = [:]
        refs[Repositories.ref(of: .base, branch: settings.targetBranch)] = base?.head
        for team in teams.values where !isFlat { refs[Repositories.ref(of: .team(team.id), branch: "")] = team.head }
        for task in tasks.values { refs["refs/cco/work/\(task.id)"] = task.head }
        return refs
    }
}

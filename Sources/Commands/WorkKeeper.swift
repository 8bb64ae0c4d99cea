import ConfigurationFiles
import Engine
import Git
import Glibc
import Orchestration
import Processes

/// Puts what a run's repositories have and origin's branches have not into one git bundle beside the configuration.
struct WorkKeeper: Sendable {
    /// A bundle and what is in it.
    struct Kept: Sendable, Equatable {
        struct Ref: Sendable, Equatable {
            var name: String
            /// Commits of it that origin's branches do not have.
            var commits: Int
        }

        var path: String
        var refs: [Ref]
    }

    var surroundings: Surroundings
    var place: Place
    var folder: RunFolder

    /// - Returns: `nil` when origin has everything.
    /// - Throws: `Failure`, `GitError`; nothing may be deleted then.
    func keep() async throws -> Kept? {
        try await setDamagedAside()
        let seats = try agentNames()
        guard FolderRemoval.exists(folder.hub + "/HEAD") else {
            guard seats.isEmpty else {
                throw Failure(
                    "\(folder.hub) is missing, so the commits in \(folder.path)/agents cannot be brought together. Save them by hand, then remove "
                        + "\(folder.path).", .cannotCreate)
            }
            return nil
        }
        let hub = try await HubRepository.createOrOpen(
            at: folder.hub, origin: try await origin(hasSeats: !seats.isEmpty), git: Git(environment: surroundings.environment))
        for name in seats { try await harvest(name, hub) }
        let isFresh = await refreshOrigin(hub)
        let refs = try await unmerged(hub)
        guard !refs.isEmpty else { return nil }
        guard place.isConfigured else {
            throw Failure(
                "run \(folder.id) has work that origin does not have, which is kept beside the configuration: name that with --config. "
                    + "Nothing was removed.", .configuration)
        }
        return Kept(path: try await bundle(refs.map(\.name), hub, isSelfContained: !isFresh), refs: refs)
    }

    private func origin(hasSeats: Bool) async throws -> RemoteURL {
        guard place.isConfigured || hasSeats else {
            // A `cco merge` that was killed before it began has no configuration; its repository knows where it comes from.
            let location = GitLocation(gitDirectory: folder.hub)
            let git = Git(environment: surroundings.environment)
            let url = try await git.run(["config", "--get", "remote.origin.url"], at: location).outputText
            return try RemoteURL(url, relativeTo: "/")
        }
        let configuration = try place.folder.orchestratorConfiguration()
        let url = configuration.repositoryUrl
        let home = surroundings.home
        return try RemoteURL(
            url.hasPrefix("~") ? ConfigurationPath.resolve(url, relativeTo: "/", home: home) : url, relativeTo: place.folder.path)
    }

    private func agentNames() throws -> [String] {
        let path = folder.path + "/agents"
        guard FolderRemoval.exists(path) else { return [] }
        return try FolderListing.names(in: path).filter { FolderRemoval.exists(folder.seat($0).git) }
    }

    /// Saves what is in the agent's worktree and its repository to `refs/cco/kept/<run>/<agent>/…` of the hub.
    private func harvest(_ name: String, _ hub: HubRepository) async throws {
        let place = folder.seat(name)
        let seat = try AgentRepository.create(hub: hub, directory: place.git, worktreePath: place.tree, identity: RunResources.identity)
        try await seat.remove(keepingAs: "\(folder.id)/\(name)", date: Int64(time(nil)))
    }

    /// Brings the known branches of origin up to date. Whether that worked: if not, the bundle has to stand alone.
    private func refreshOrigin(_ hub: HubRepository) async -> Bool {
        do {
            let known = try await hub.listRefs("refs/cco/origin/")
            for (name, _) in known { _ = try await hub.fetchOrigin(branch: String(name.dropFirst("refs/cco/origin/".count))) }
            let branches = try await hub.originSummary().branches
            // A branch that is gone at origin no longer proves that origin has its commits.
            let gone = known.map(\.name).filter { branches[String($0.dropFirst("refs/cco/origin/".count))] == nil }
            try await hub.changeRefs(delete: gone)
            for branch in branches.keys where try await hub.resolve("refs/heads/" + branch) != nil {
                _ = try await hub.fetchOrigin(branch: branch)
            }
            return true
        } catch {
            surroundings.console.warn("cco: origin cannot be reached (\(error)); what it had when it was last looked at counts.")
            return false
        }
    }

    /// The refs with commits that no branch of origin has.
    private func unmerged(_ hub: HubRepository) async throws -> [Kept.Ref] {
        var refs: [Kept.Ref] = []
        let excluded = try await hub.listRefs("refs/cco/origin/").map { "^\($0.id)" }
        for (name, id) in try await hub.listRefs("refs/") where Self.isWork(name) {
            let arguments = ["rev-list", "--count", id.hex] + excluded + ["--"]
            let text = try await hub.git.run(arguments, at: GitLocation(gitDirectory: hub.path)).outputText
            let count = Int(text.filter(\.isNumber)) ?? 0
            if count > 0 { refs.append(Kept.Ref(name: name, commits: count)) }
        }
        return refs
    }

    /// Branches, agents' work and kept work; not what came from origin, nor cco's own bookkeeping.
    private static func isWork(_ name: String) -> Bool {
        !["refs/cco/origin/", "refs/cco/agreed/", "refs/notes/", "refs/cco/scratch/"].contains { name.hasPrefix($0) }
    }

    private func bundle(_ refs: [String], _ hub: HubRepository, isSelfContained: Bool) async throws -> String {
        let directory = place.folder.path + "/kept"
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw SystemFailure.current("make \(directory)") }
        let location = GitLocation(gitDirectory: hub.path)
        let temporary = "\(directory)/.\(folder.id).\(getpid()).bundle"
        defer { unlink(temporary) }
        let excluded = isSelfContained ? [] : try await hub.listRefs("refs/cco/origin/").map { "^\($0.id)" }
        let notes = try await hub.resolve(HubRepository.receiptsRef) == nil ? [] : [HubRepository.receiptsRef]
        try await hub.git.run(["bundle", "create", "--quiet", temporary] + refs + notes + excluded, at: location, timeout: .seconds(3_600))
        try await hub.git.run(["bundle", "verify", "--quiet", temporary], at: location, timeout: .seconds(3_600))
        guard chmod(temporary, 0o600) == 0 else { throw SystemFailure.current("set the mode of \(temporary)") }
        return try place(temporary, in: directory)
    }

    /// Gives the bundle its name, durably. An earlier one of this run is not replaced.
    private func place(_ temporary: String, in directory: String) throws -> String {
        for number in 1... {
            let path = "\(directory)/\(folder.id)\(number == 1 ? "" : "-\(number)").bundle"
            if link(temporary, path) == 0 {
                for target in [path, directory] {
                    let descriptor = open(target, O_RDONLY | O_CLOEXEC)
                    guard descriptor >= 0 else { throw SystemFailure.current("open \(target)") }
                    defer { close(descriptor) }
                    guard fsync(descriptor) == 0 else { throw SystemFailure.current("sync \(target)") }
                }
                return path
            }
            guard errno == EEXIST else { throw SystemFailure.current("make \(path)") }
        }
        throw Failure("no free name for a bundle in \(directory)", .cannotCreate)
    }

    /// A damaged hub that was set aside may hold commits: it is moved beside the configuration as it is.
    private func setDamagedAside() async throws {
        guard FolderRemoval.exists(folder.path) else { return }
        for name in try FolderListing.names(in: folder.path) where name.hasPrefix("hub.git.damaged-") {
            let directory = place.folder.path + "/kept"
            guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw SystemFailure.current("make \(directory)") }
            let target = "\(directory)/\(folder.id)-\(name)"
            guard rename("\(folder.path)/\(name)", target) == 0 else {
                throw SystemFailure.current("move \(folder.path)/\(name) to \(target)")
            }
            surroundings.console.write("Run \(folder.id): a damaged repository is kept as it is in \(target)")
        }
    }
}

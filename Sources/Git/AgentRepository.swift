import Orchestration
import Processes

/// One agent's private git repository and its worktree.
///
/// Below ``directory`` are two git directories:
/// - `repository.git` is the agent's: its refs, its objects, its configuration. The worktree is a linked worktree of it, so that any git
///   command the agent runs works as usual. It borrows the hub's objects and has no remote.
/// - `control.git` is cco's own view of the same worktree, with its own configuration, index and ignore list. All of cco's commands run
///   on it.
///
/// The agent can write anything into `repository.git` and the worktree: configuration, hooks, a different `.git` file, links. cco runs
/// no git command there; it reads the agent's refs as plain files without following links, writes the few files it has to by replacing
/// them, and takes objects through the hub's checked fetch only. The one exception is ``updateSubmodules(trusting:)``.
///
/// Rules for callers: one operation at a time for one agent, and none while the agent's processes run.
package struct AgentRepository: Sendable {
    /// The hub whose objects are borrowed.
    package let hub: HubRepository
    /// Holds both git directories; absolute.
    package let directory: String
    /// The folder with the checked-out files; absolute.
    package let worktreePath: String
    /// Who the agent's commits are from.
    package let identity: GitIdentity
    /// Processes that may own a lock in the agent's repository although they do not work in its folders.
    let owners: @Sendable () throws -> [ProcessIdentity]

    init(
        hub: HubRepository, directory: String, worktreePath: String, identity: GitIdentity,
        owners: @escaping @Sendable () throws -> [ProcessIdentity] = { [] }
    ) {
        self.owners = owners
        self.hub = hub
        self.directory = directory
        self.worktreePath = worktreePath
        self.identity = identity
    }

    /// The agent's git directory: a sandbox lets the agent write it and ``worktreePath``.
    package var gitDirectory: String { directory + "/repository.git" }

    /// Objects the agent borrows: a sandbox shows these to the agent read-only, and nothing else of the hub or of `control.git`.
    package var borrowedObjects: [String] { [hub.objectsPath, controlDirectory + "/objects"] }

    var controlDirectory: String { directory + "/control.git" }
    var control: GitLocation { GitLocation(gitDirectory: controlDirectory, workTree: worktreePath) }
    var git: Git { hub.git }

    /// What the worktree is called inside `repository.git`.
    static let worktreeName = "tree"

    /// The branch that cco checked out last; nil if detached or nothing was checked out yet.
    package func currentBranch() throws(GitError) -> String? {
        guard let head = try FolderHandle(path: controlDirectory).read("HEAD"), let target = AgentRefs.symbolicTarget(head),
            target.hasPrefix("refs/heads/"), target != Self.nothing
        else { return nil }
        return String(target.dropFirst("refs/heads/".count))
    }

    /// Whether nothing has been checked out yet.
    package func isUntouched() throws(GitError) -> Bool { try known() == nil }

    /// Where HEAD points before the first checkout: a name that no branch of a run can have.
    static let nothing = "refs/heads/cco.nothing"

    /// The tip of the agent's branch, whatever the agent made of it; nil if there is none.
    package func tip(_ branch: String) throws(GitError) -> ObjectID? {
        try AgentRefs(gitDirectory: gitDirectory).read(try RefName.head(branch))
    }

    /// Puts a ref into the agent's repository, such as `refs/cco/target` for the commit that a conflict is to be resolved against.
    ///
    /// - Throws: ``GitError``; of kind `noSuchBranch` if the hub does not have the commit.
    package func makeAvailable(_ ref: String, _ commit: ObjectID) async throws(GitError) {
        _ = try ensureLayout()
        try await requireCommit(commit)
        // It is made anew before every turn.
        try AgentRefs(gitDirectory: gitDirectory).write(try RefName.full(ref), commit, durable: false)
    }

    /// Puts refs into one folder of the agent's repository, such as `refs/cco/other/task-3`, and takes away those that are there and not given.
    ///
    /// They are for reading: what the agent makes of them is never harvested.
    /// - Parameters:
    ///   - folder: a folder below `refs/cco/`, such as `refs/cco/other`.
    ///   - commits: by the last part of the ref's name.
    /// - Throws: ``GitError``; of kind `noSuchBranch` if the hub does not have a commit.
    package func makeOnlyAvailable(in folder: String, _ commits: [String: ObjectID]) async throws(GitError) {
        _ = try ensureLayout()
        let parts = try RefName.full(folder + "/x").split(separator: "/").dropLast().map(String.init)
        guard parts.count > 2, parts[1] == "cco" else { throw .invalid("making refs available", "\"\(folder)\" is not below refs/cco/") }
        if let place = try FolderHandle(path: gitDirectory).descend(parts) {
            for name in try place.names() where commits[name] == nil { try place.removeTree(name) }
        }
        for (name, commit) in commits.sorted(by: { $0.key < $1.key }) { try await makeAvailable("\(folder)/\(name)", commit) }
    }

    func requireCommit(_ commit: ObjectID) async throws(GitError) {
        guard try await hasCommit(commit) else {
            throw GitError(
                kind: .noSuchBranch, command: "looking for commit \(commit)", detail: "neither the hub nor the agent's repository has it")
        }
    }

    /// Whether the hub or the agent's repository has the commit. The hub answers without a process of its own, and has nearly all.
    func hasCommit(_ commit: ObjectID) async throws(GitError) -> Bool {
        if await hub.sessions.arrivals.isExpected(commit) { return true }
        if try await hub.contains(commit) { return true }
        return try await git.attempt(["cat-file", "-e", "\(commit)^{commit}"], at: control).succeeded
    }
}

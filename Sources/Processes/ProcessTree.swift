import Glibc

/// The living processes that belong to one supervised process whose shim is gone: its descendants, the members of its session and
/// group, and whoever carries its marker.
struct ProcessTree: Sendable {
    /// The supervised process, alive or not; nil when it was never started.
    let root: ProcessIdentity?
    /// The marker in the environment of its processes.
    let marker: String

    /// Sessions that members were seen in. A process that is forked just before its parent is killed keeps its session but no parent.
    private var sessions: Set<Int32> = []

    init(root: ProcessIdentity?, marker: String) {
        self.root = root
        self.marker = marker
    }

    /// The members that live now.
    mutating func members() throws -> [ProcessIdentity] {
        let boot = try ProcessIdentity.currentBootID()
        let statuses = try ProcessStatus.all().filter { !$0.isDead && $0.pid != getpid() }
        var found = Set(try ProcessSweep.find(marker: marker))
        guard let root, root.bootID == boot else { return Array(found) }
        // While any member of a session or group lives, the kernel gives its number to no other process. So a process that has the
        // number but another start time proves that nothing of ours is left under it.
        if statuses.allSatisfy({ $0.pid != root.pid || $0.startTime == root.startTime }) {
            sessions.insert(root.pid)
        } else {
            sessions.remove(root.pid)
        }
        for status in descendants(of: sessions, among: statuses) {
            // The root made a session of its own, so none of its descendants can be in ours. 0 is what /proc says of a process that is
            // just ending, and of every process whose session began outside this container: never take it for one of ours.
            if status.session > 1 && status.session != getsid(0) { sessions.insert(status.session) }
            found.insert(ProcessIdentity(pid: status.pid, startTime: status.startTime, bootID: boot))
        }
        return Array(found)
    }

    /// Everybody in one of the sessions, or in a group that their leader leads, and all their descendants.
    private func descendants(of sessions: Set<Int32>, among statuses: [ProcessStatus]) -> [ProcessStatus] {
        let children = Dictionary(grouping: statuses, by: \.parent)
        var unvisited = statuses.filter { sessions.contains($0.session) || sessions.contains($0.group) || sessions.contains($0.pid) }
        var visited: [Int32: ProcessStatus] = [:]
        while let status = unvisited.popLast() {
            guard visited.updateValue(status, forKey: status.pid) == nil else { continue }
            unvisited += children[status.pid] ?? []
        }
        return Array(visited.values)
    }

    /// Kills the members until none is left, new ones included.
    ///
    /// - Parameter others: processes that were killed a moment ago; they count as ended unless they still live.
    mutating func end(alsoEnding others: Set<ProcessIdentity> = []) async throws -> ProcessSweep.Result {
        // A copy, as the closure may not change `self` while this call suspends.
        var tree = self
        return try await ProcessSweep.end(alsoEnding: others) { try tree.members() }
    }
}

import Glibc

/// Finds and ends processes by the marker in their environment (``SupervisedProcess/markerVariable``), which they inherit from each
/// other whatever their session, group or parent is, and by the name of their control group. A process that wiped its own environment is
/// found only where its shim could make control groups.
package enum ProcessSweep {
    /// What a sweep did.
    package struct Result: Sendable, Hashable {
        /// How many processes were ended.
        package var ended: Int
        /// Those that not even KILL ended in time, because they are stuck in the kernel or another user's.
        package var survivors: [ProcessIdentity]

        /// What a person should know of those that were not ended; empty when all were.
        package var remainder: String {
            survivors.isEmpty ? "" : "; not even KILL has ended \(survivors.map { "\($0.pid)" }.joined(separator: ", "))"
        }
    }

    /// The living processes, shims among them, whose marker is this one or lies below it (`run` finds `run/task/1`).
    ///
    /// Processes of other users are not seen, unless this program runs as root.
    ///
    /// - Parameter spared: markers whose processes, and those below them, do not count. Each process is looked at once: who compared two lists
    ///   would take what was started between them for nobody's.
    /// - Throws: ``SystemError`` when /proc cannot be listed.
    package static func find(marker: String, sparing spared: Set<String> = []) throws(SystemError) -> [ProcessIdentity] {
        let boot = try ProcessIdentity.currentBootID()
        let wanted = MarkerTrace(marker)
        let others = spared.map(MarkerTrace.init)
        var found: [ProcessIdentity] = []
        for name in try FileSystem.names(in: "/proc") {
            guard let pid = Int32(name), pid != getpid() else { continue }
            // Unreadable: it has ended since, or is not ours to end.
            guard let status = try? ProcessStatus.of(pid: pid), !status.isDead,
                let environment = try? FileSystem.read("/proc/\(pid)/environ")
            else { continue }
            let groups = try? FileSystem.read("/proc/\(pid)/cgroup")
            guard wanted.isIn(environment, groups), !others.contains(where: { $0.isIn(environment, groups) }) else { continue }
            found.append(ProcessIdentity(pid: pid, startTime: status.startTime, bootID: boot))
        }
        return found
    }

    /// Kills every process that ``find(marker:sparing:)`` finds, until it finds none.
    ///
    /// - Throws: ``SystemError`` when /proc cannot be listed.
    @discardableResult
    package static func end(marker: String, sparing spared: Set<String> = []) async throws -> Result {
        try await end { try find(marker: marker, sparing: spared) }
    }

    /// Kills what `find` finds until it finds nothing; processes that start while it works are found by the next round.
    ///
    /// - Parameter others: processes that were killed a moment ago: they count as ended unless they are found again.
    static func end(
        alsoEnding others: Set<ProcessIdentity> = [], _ find: () throws -> [ProcessIdentity]
    ) async throws -> Result {
        var ended: Set<ProcessIdentity> = []
        var survivors: Set<ProcessIdentity> = []
        // Bounded: a survivor costs one wait, and processes that fork faster than they are killed do not keep us for ever.
        for _ in 0..<50 {
            survivors = try freeze(find)
            guard !survivors.isSubset(of: ended) else { break }
            for process in survivors { try send(SIGKILL, to: process) }
            let killed = survivors
            _ = try await value(within: .seconds(5)) {
                for process in killed { try await process.untilEnded() }
            }
            ended.formUnion(killed)
        }
        return Result(ended: ended.union(others).subtracting(survivors).count, survivors: Array(survivors))
    }

    /// What another user runs (by way of `sudo`, say) is not ours to end, and is no reason to spare the others: it is left as a survivor.
    private static func send(_ signal: Int32, to process: ProcessIdentity) throws(SystemError) {
        do throws(SystemError) {
            try process.signal(signal)
        } catch {
            guard error.code == EPERM else { throw error }
        }
    }

    /// Stops whom `find` finds, until it finds nobody new: a stopped process starts no others, so none can slip away between being
    /// looked for and being killed.
    private static func freeze(_ find: () throws -> [ProcessIdentity]) throws -> Set<ProcessIdentity> {
        var frozen: Set<ProcessIdentity> = []
        for _ in 0..<20 {
            let found = Set(try find()).subtracting(frozen)
            if found.isEmpty { break }
            for process in found { try send(SIGSTOP, to: process) }
            frozen.formUnion(found)
        }
        return frozen
    }
}

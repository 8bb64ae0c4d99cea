import Glibc

extension ProcessSweep {
    /// Whether a process belongs to what carries this marker: by its own environment, its control group, or those of a process that it
    /// descends from. A shim takes the orphans below it, so who wipes its environment and leaves its parent is still found by its shim.
    ///
    /// It does not find a process that was started for it by one outside, such as a user's own service manager, or whose shim it has killed first
    /// where no control groups could be made.
    package static func isFamily(_ pid: Int32, of marker: String) -> Bool {
        let wanted = MarkerTrace(marker)
        var next = pid
        // Bounded against a chain that changes while it is walked.
        for _ in 0..<1_000 {
            guard next > 1, next != getpid() else { return false }
            // Unreadable: it has ended since or hides its environment; its parent tells.
            if wanted.isIn(try? FileSystem.read("/proc/\(next)/environ"), try? FileSystem.read("/proc/\(next)/cgroup")) { return true }
            guard let status = try? ProcessStatus.of(pid: next) else { return false }
            next = status.parent
        }
        return true
    }
}

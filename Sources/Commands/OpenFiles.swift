import Glibc

/// How many files this process may have open at once. Every agent at work takes some; with none left nothing can be started, read or said.
enum OpenFiles {
    /// What an engine with so many workers may come to: about 30 and 8 for each agent at work were measured.
    static func needed(workers: Int) -> Int { 64 + 16 * workers }

    /// Raises the soft limit as far as it has to be.
    ///
    /// - Throws: `Failure` when the hard limit does not allow it.
    static func secure(workers: Int) throws(Failure) {
        let needed = rlim_t(needed(workers: workers))
        var limit = rlimit()
        // Unknown: it shows where it fails.
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < needed else { return }
        guard limit.rlim_max >= needed else {
            throw Failure(
                "only \(limit.rlim_max) files may be open at once, and \(workers) workers need \(needed): raise the limit of open files (`ulimit -n`)",
                .unavailable)
        }
        limit.rlim_cur = needed
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

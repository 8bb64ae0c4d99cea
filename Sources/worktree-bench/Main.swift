import Git
import Glibc
import Orchestration

/// What benchmark 4 measures: makes worktrees with cco's own code and prints what that cost, without what a run pays once.
///
///     worktree-bench ORIGIN FOLDER COUNT
///
/// First COUNT fresh worktrees at `main`, then what is done with each at a turn's end, then the same ones switched to a new branch at `next`.
/// A line for each: its name, the seconds of
/// wall clock, and the seconds of processor time of this program with its children.
@main
enum Main {
    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            exit(failing: "worktree-bench: \(error)", 1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        guard arguments.count == 3, let count = Int(arguments[2]) else {
            exit(failing: "usage: worktree-bench ORIGIN FOLDER COUNT", 2)
        }
        let folder = arguments[1]
        var environment: [String: String] = [:]
        for name in ["PATH", "HOME"] { environment[name] = getenv(name).map { String(cString: $0) } }
        let hub = try await HubRepository.createOrOpen(
            at: folder + "/hub.git", origin: RemoteURL(arguments[0], relativeTo: "/"), git: Git(environment: environment))
        let tips = try await hub.fetchOrigin(branches: ["main", "next"])
        let identity = GitIdentity(name: "worker", email: "worker@localhost")
        let seats = try (0..<count).map {
            try AgentRepository.create(
                hub: hub, directory: "\(folder)/agents/\($0)/git", worktreePath: "\(folder)/agents/\($0)/tree", identity: identity)
        }
        for (name, commit) in [("cold", tips[0]), ("saved", tips[0]), ("recycled", tips[1])] {
            let start = (ContinuousClock.now, processorSeconds())
            for seat in seats {
                if name == "saved" {
                    try await seat.saveUncommitted(message: "save", author: identity, date: 1_700_000_000)
                    try await seat.rest()
                } else {
                    try await seat.checkOut(branch: name, at: commit, date: 1_700_000_000)
                }
            }
            let wall = ContinuousClock.now - start.0
            let seconds = Double(wall.components.seconds) + Double(wall.components.attoseconds) * 1e-18
            print(name, seconds, processorSeconds() - start.1)
        }
        await hub.endSessions()
    }

    private static func exit(failing text: String, _ status: Int32) -> Never {
        let line = text + "\n"
        _ = write(2, line, line.utf8.count)
        Glibc.exit(status)
    }

    private static func processorSeconds() -> Double {
        var total = 0.0
        for who in [RUSAGE_SELF, RUSAGE_CHILDREN] {
            var usage = rusage()
            getrusage(Int32(who.rawValue), &usage)
            for time in [usage.ru_utime, usage.ru_stime] { total += Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        }
        return total
    }
}

import FoundationEssentials
import Glibc
import Orchestration
import Processes

/// How much room the run has: what its disk has left, and what its workspace may use. Asked before anything is begun and while agents work,
/// so that the run stands back before a write fails.
struct DiskSpace: Sendable {
    /// Too little room to begin or to go on.
    struct Low: Error, CustomStringConvertible {
        let description: String
    }

    /// Where the run writes.
    let path: String
    /// Bytes that have to be free for this user.
    let minimumFree: Int64
    /// Bytes that the workspace may use; `nil` for as much as there is.
    let maximumUse: Int64?

    /// - Throws: `Low` when too little is free. One system call.
    func requireFree() throws {
        guard let free, free < minimumFree else { return }
        throw Low(
            description:
                "the disk of \(path) has \(free >> 20) MB free, less than minimumFreeDiskMb (\(minimumFree >> 20)); free some space")
    }

    /// - Throws: `Low` when too little is free or the workspace uses too much; `ChildCommandError`. Takes time with the number of files where
    ///   there is a limit for their size.
    func require() async throws {
        try requireFree()
        guard let maximumUse, let used = try await used(), used > maximumUse else { return }
        throw Low(
            description:
                "\(path) uses \(used >> 20) MB, more than maxWorkspaceMb (\(maximumUse >> 20)); remove what is not needed, or raise it")
    }

    /// `nil` for a folder that cannot be asked about: it fails with its own error where it is used.
    private var free: Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    /// What the files below the folder take up. Files that vanish meanwhile do not matter.
    private func used() async throws -> Int64? {
        let result = try await ChildCommand("du", ["-sk", "--", path], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]).run()
        return Int64(result.outputText.prefix { $0.isNumber }).map { $0 << 10 }
    }

    /// How long to wait before looking again. No file system tells when it has room.
    static let pauseMilliseconds: Int64 = 15_000

    /// Returns once there is room.
    ///
    /// - Throws: `CancellationError`, `ChildCommandError`.
    func awaitRoom(_ clock: any EngineClock) async throws {
        while true {
            do {
                return try await require()
            } catch is Low {
                try await clock.wait(until: clock.now().advanced(byMilliseconds: Self.pauseMilliseconds))
            }
        }
    }
}

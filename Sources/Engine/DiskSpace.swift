import Glibc

/// How much room the workspace's disk has.
enum DiskSpace {
    /// Too little room to begin anything: the run stands still before a write fails.
    struct Low: Error, CustomStringConvertible {
        let path: String
        let free: Int64
        let required: Int64

        var description: String {
            "the disk of \(path) has \(free >> 20) MB free, less than minimumFreeDiskMb (\(required >> 20)); free some space and resume"
        }
    }

    /// - Throws: `Low` when fewer than `bytes` are free for this user.
    static func require(_ bytes: Int64, at path: String) throws {
        var status = statvfs()
        // A folder that cannot be asked about fails with its own error where it is used.
        guard statvfs(path, &status) == 0 else { return }
        let free = Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        if free < bytes { throw Low(path: path, free: free, required: bytes) }
    }
}

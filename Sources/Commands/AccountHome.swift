import Glibc

/// Home folders as this machine's accounts have them, for an environment without `HOME`.
enum AccountHome {
    /// `nil` for a user without an account, or whose account names no folder.
    static func path(of user: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let folder = entry.pw_dir else { return nil }
        let path = String(cString: folder)
        return path.isEmpty ? nil : path
    }
}

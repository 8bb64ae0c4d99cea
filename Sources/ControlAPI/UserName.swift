import Glibc

/// The name of a user of this machine.
enum UserName {
    /// `uid 1000` for one that has no name.
    static func of(_ user: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4096)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return "uid \(user)"
        }
        return String(cString: name)
    }
}

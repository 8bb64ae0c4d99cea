import Glibc

/// Path arithmetic on plain strings.
package enum ConfigurationPath {
    /// The home folder from the environment, or nil when it is not set.
    package static var home: String? {
        guard let value = getenv("HOME") else { return nil }
        let home = String(cString: value)
        return home.isEmpty ? nil : home
    }

    /// The absolute path of the current folder; when that is gone, a path below which nothing can be opened.
    package static var currentFolder: String {
        guard let buffer = getcwd(nil, 0) else { return "/proc/self/cwd" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    /// An absolute path without `.`, `..` or double slashes.
    ///
    /// - Parameters:
    ///   - path: absolute, relative to `folder`, or beginning with `~`.
    ///   - folder: an absolute path.
    ///   - home: what a leading `~` stands for; without it `~` is an ordinary name.
    package static func resolve(_ path: String, relativeTo folder: String, home: String?) -> String {
        if let home, path == "~" || path.hasPrefix("~/") { return normalized(home + "/" + path.dropFirst()) }
        return normalized(path.hasPrefix("/") ? path : folder + "/" + path)
    }

    /// Removes `.`, `..` and double slashes from an absolute path without looking at the disk.
    package static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The folder that a path is in.
    package static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// The path with every symbolic link followed, or nil when it leads nowhere.
    static func real(_ path: String) -> String? {
        guard let buffer = realpath(path, nil) else { return nil }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    /// Whether `path` is `folder` or below it; both absolute and free of links.
    static func isInside(_ path: String, folder: String) -> Bool {
        path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
    }

    /// The path as one word for a POSIX shell.
    package static func shellWord(_ path: String) -> String {
        let isPlain = !path.isEmpty && path.utf8.allSatisfy { JSONScanner.isWordByte($0) || "/.-+@%,".utf8.contains($0) }
        return isPlain ? path : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

/// A path that a task says it will change: a file, or a folder with everything below it.
struct ClaimedPath {
    private let path: String
    private let components: [Substring]

    static func list(_ paths: [String]) -> [ClaimedPath] {
        paths.map { ClaimedPath(path: $0, components: components($0)) }
    }

    /// The path's parts; a trailing `*` or `**` means the folder before it, and `.` the whole repository.
    static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." && $0 != "*" && $0 != "**" }
    }

    /// The parts in one name. Nearly every claim is that name already, or with a slash behind it.
    static func name(of path: String) -> String {
        var length = 0
        var isPlain = false
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "/"):
                if !isPlain || length == 0 { return components(path).joined(separator: "/") }
                (length, isPlain) = (0, false)
            case UInt8(ascii: "."), UInt8(ascii: "*"): length += 1
            default: (length, isPlain) = (length + 1, true)
            }
        }
        // What ends in a slash has an empty part at its end, and nothing else may be left out.
        if length == 0, path.utf8.last == UInt8(ascii: "/") { return String(path.dropLast()) }
        return isPlain && length > 0 ? path : components(path).joined(separator: "/")
    }

    /// The first path that both lists claim, or nil.
    static func overlap(_ left: [String], _ right: [String]) -> String? { overlap(list(left), list(right)) }

    /// The first path that both lists claim, or nil.
    static func overlap(_ left: [ClaimedPath], _ right: [ClaimedPath]) -> String? {
        for first in left {
            for second in right {
                let (a, b) = (first.components, second.components)
                if a.starts(with: b) || b.starts(with: a) { return a.count >= b.count ? first.path : second.path }
            }
        }
        return nil
    }
}

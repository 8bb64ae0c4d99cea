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

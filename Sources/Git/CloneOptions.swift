/// What of the user's `git clone` options a run can honour.
///
/// A hub is fetched branch by branch and lends its objects to agents that hold no credential, so some options change nothing and some
/// would break it. The first are ignored with a reason to show, the others refused.
package struct CloneOptions: Sendable, Equatable {
    /// An option without effect, and why.
    package struct Ignored: Sendable, Equatable {
        package let option: String
        package let reason: String
    }

    /// Arguments for the first fetch of a branch, such as `--depth=1`. Later, history is deepened where a merge needs it.
    package private(set) var shallow: [String] = []
    /// Settings for commands that talk to the origin. A value can be a secret, such as a header.
    private(set) var configuration: [GitSetting] = []
    /// Options without effect, for a warning.
    package private(set) var ignored: [Ignored] = []

    /// No options.
    package init() {}

    /// - Throws: ``GitError`` of kind `invalidInput` for an option that a run cannot work with, or that is not known.
    package init(_ options: [String]) throws(GitError) {
        var rest = options[...]
        while let option = rest.popFirst() {
            let parts = option.split(separator: "=", maxSplits: 1)
            let name = parts.first.map(String.init) ?? ""
            // `--config=a=b` keeps its second equals sign, because only the first one separates.
            func value() throws(GitError) -> String {
                if parts.count == 2 { return String(parts[1]) }
                guard let next = rest.popFirst() else { throw .invalid("reading clone options", "\(name) needs a value") }
                return next
            }
            switch name {
            case "--depth":
                let depth = try value()
                guard let number = Int(depth), number > 0 else {
                    throw .invalid("reading clone options", "--depth needs a positive number, not \"\(depth)\"")
                }
                shallow.append("--depth=\(number)")
            case "--shallow-since": shallow.append("--shallow-since=\(try value())")
            case "-c", "--config":
                let setting = try value().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                guard setting.count == 2, setting[0].contains(".") else {
                    throw .invalid("reading clone options", "--config needs section.name=value")
                }
                configuration.append(GitSetting(name: setting[0], value: setting[1]))
            case "--filter":
                ignored.append(
                    .init(option: "--filter=\(try value())", reason: "agents hold no credential to fetch missing files on demand"))
            case "-b", "--branch": ignored.append(.init(option: "--branch \(try value())", reason: "the run's base branch is used"))
            case "-j", "--jobs": ignored.append(.init(option: "--jobs \(try value())", reason: "one branch is fetched"))
            case "--single-branch", "--no-single-branch", "--no-tags", "--quiet", "-q", "--verbose", "-v", "--progress", "--bare",
                "--no-checkout", "-n", "--no-hardlinks", "--local", "-l", "--no-local", "--sparse":
                ignored.append(.init(option: option, reason: "the run's repository is bare and fetched branch by branch"))
            case "--recurse-submodules", "--recursive", "--shallow-submodules", "--no-shallow-submodules":
                ignored.append(.init(option: option, reason: "submodules are filled per worktree, if the run allows it"))
            default:
                throw .invalid("reading clone options", "\"\(option)\" is not an option that a run can use")
            }
        }
    }
}

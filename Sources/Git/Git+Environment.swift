extension Git {
    /// Given to every command, before the command's name.
    static let hardening = [
        "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
        "-c", "protocol.ext.allow=never", "-c", "core.filesRefLockTimeout=5000", "-c", "core.packedRefsTimeout=5000",
        "-c", "core.quotePath=false", "-c", "core.untrackedCache=false", "-c", "advice.detachedHead=false",
    ]

    private static let common = [
        "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_MERGE_AUTOEDIT": "no", "GIT_EDITOR": ":", "GIT_PAGER": "cat",
    ]

    /// Nothing of the user's: not even a home folder, where git would look for ignore and attribute files.
    static func localEnvironment(from user: [String: String]) -> [String: String] {
        var environment = common
        environment["PATH"] = user["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        environment["TMPDIR"] = user["TMPDIR"]
        environment["HOME"] = "/nonexistent"
        environment["GIT_CONFIG_NOSYSTEM"] = "1"
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
        environment["GIT_ATTR_NOSYSTEM"] = "1"
        environment["TZ"] = "UTC"
        return environment
    }

    /// The user's environment without what would point git at another repository, print credentials, or ask on the terminal.
    static func originEnvironment(from user: [String: String]) -> [String: String] {
        var environment = user.filter { !misleading.contains($0.key) && !$0.key.hasPrefix("GIT_TRACE") }
        environment.merge(common) { $1 }
        environment["PATH"] = user["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        if user["SSH_ASKPASS"] == nil {
            // ssh would otherwise ask for a passphrase or an unknown host key on the terminal, and wait for ever.
            environment["SSH_ASKPASS"] = "/bin/false"
            environment["SSH_ASKPASS_REQUIRE"] = "force"
        }
        return environment
    }

    /// Set when cco itself is started from a hook or an alias of git.
    private static let misleading: Set<String> = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR",
        "GIT_NAMESPACE", "GIT_PREFIX", "GIT_CONFIG", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE",
        "GIT_REPLACE_REF_BASE", "GIT_CEILING_DIRECTORIES", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_DEFAULT_HASH", "GIT_CURL_VERBOSE", "GIT_TEMPLATE_DIR",
        "GIT_QUARANTINE_PATH", "GIT_EXEC_PATH", "LANGUAGE",
    ]

    /// Settings as variables rather than arguments, which every process of the machine could read. The user's own come first.
    func originSettings(_ settings: [GitSetting]) -> [String: String] {
        guard !settings.isEmpty else { return [:] }
        let first = originEnvironment["GIT_CONFIG_COUNT"].flatMap { Int($0) } ?? 0
        var environment = ["GIT_CONFIG_COUNT": "\(first + settings.count)"]
        for (offset, setting) in settings.enumerated() {
            environment["GIT_CONFIG_KEY_\(first + offset)"] = setting.name
            environment["GIT_CONFIG_VALUE_\(first + offset)"] = setting.value
        }
        return environment
    }
}

/// One setting of git for one command.
struct GitSetting: Sendable, Equatable {
    var name: String
    /// Can be a secret.
    var value: String
}

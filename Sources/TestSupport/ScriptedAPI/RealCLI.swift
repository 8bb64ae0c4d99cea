import FoundationEssentials
import Glibc

/// The real Claude Code CLI, in the version that the tests are written against.
///
/// `scripts/setup` puts it into the user's cache. Tests that need it are enabled by ``isSetUp`` and otherwise skipped with
/// ``Missing``'s text as the reason.
package struct RealCLI: Sendable {
    /// The pinned version, as `claude --version` tells it.
    package static let version = "2.1.330"
    /// The variable that names another executable to test with.
    package static let overrideVariable = "CCO_TEST_CLAUDE"

    /// The path of the executable.
    package let path: String

    /// Finds the executable.
    ///
    /// - Parameter environment: the variables that say where it is: `CCO_TEST_CLAUDE`, else `XDG_CACHE_HOME` or `HOME`.
    /// - Throws: ``Missing`` if there is no executable file in that place.
    package static func locate(environment: [String: String] = ProcessInfo.processInfo.environment) throws(Missing) -> RealCLI {
        let path = expectedPath(environment: environment)
        guard access(path, X_OK) == 0 else { throw Missing(path: path) }
        return RealCLI(path: path)
    }

    /// Whether the executable is there.
    package static var isSetUp: Bool {
        access(expectedPath(environment: ProcessInfo.processInfo.environment), X_OK) == 0
    }

    private static func expectedPath(environment: [String: String]) -> String {
        if let path = environment[overrideVariable], !path.isEmpty { return path }
        let cache: String
        if let folder = environment["XDG_CACHE_HOME"], !folder.isEmpty {
            cache = folder
        } else {
            cache = (environment["HOME"] ?? "") + "/.cache"
        }
        return "\(cache)/cco/claude-cli/\(version)/claude"
    }

    /// The whole environment for a run of the CLI in a test.
    ///
    /// It holds nothing of the developer's own: no credential, no configuration, no proxy; only the search path for tools is taken over.
    ///
    /// - Parameters:
    ///   - home: a folder of the test's own, by its absolute path. The CLI keeps its sessions in `.claude` below it, and temporary
    ///     files below `tmp`, which the caller makes.
    ///   - apiPort: the port of the ``ScriptedMessagesAPI``.
    ///   - apiKey: a made-up key, or nil to leave it to the caller to add another kind of credential.
    package static func environment(home: String, apiPort: Int, apiKey: String? = "sk-test-key") -> [String: String] {
        var variables = [
            "HOME": home,
            "CLAUDE_CONFIG_DIR": home + "/.claude",
            "CLAUDE_CODE_TMPDIR": home + "/tmp",
            "TMPDIR": home + "/tmp",
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:\(apiPort)",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
        ]
        variables["ANTHROPIC_API_KEY"] = apiKey
        // As root, the CLI lets tools run unasked only where it is told that nothing can be broken.
        if geteuid() == 0 { variables["IS_SANDBOX"] = "1" }
        return variables
    }

    /// The executable is not where it should be.
    package struct Missing: Error, Equatable, CustomStringConvertible {
        /// Where it was looked for.
        package let path: String

        package var description: String {
            "There is no Claude Code CLI at \(path). Run scripts/setup, or set \(RealCLI.overrideVariable) to an executable."
        }
    }
}

import Agents
import ConfigurationFiles
import Engine
import Git
import Glibc
import Orchestration
import Processes

/// What `cco doctor` looks at. Nothing is changed, and nothing costs tokens.
struct HealthChecks: Sendable {
    var surroundings: Surroundings
    var place: Place
    /// Whether a missing configuration is a fault: it was named.
    var isConfigurationExpected: Bool

    /// Resident memory of one session of the CLI at rest, in MiB, as measured.
    static let memoryPerAgent = 200
    /// The first git with `merge-tree --write-tree`.
    static let oldestGit = (2, 38)

    func all() async -> [HealthCheck] {
        var checks = [await git(), shim()]
        var contents: ConfigurationFolder.Contents?
        var isReadable = true
        if place.isConfigured || isConfigurationExpected {
            do {
                let loaded = try place.folder.load(home: surroundings.home)
                contents = loaded
                checks.append(.passed("configuration", place.folder.path))
                checks += loaded.warnings.map {
                    .warning("configuration", $0.description, $0.suggestion ?? "see the documentation of orchestrator.json")
                }
            } catch {
                isReadable = false
                checks.append(.failed("configuration", error.description, "correct what is named", .configuration))
            }
        } else {
            checks.append(.info("configuration", "none here; `cco start` asks for one, --config DIR names one"))
        }
        if isReadable {
            checks.append(await claude(contents?.configuration.claudeExecutable ?? "claude"))
            checks.append(credentials(contents))
        } else {
            // What it names is not known, and what would be taken in its place is not what is going to be used.
            checks.append(.info("claude and credentials", "not looked at before the configuration can be read"))
        }
        if let contents { checks.append(await repository(contents)) }
        if let check = notifications(contents) { checks.append(check) }
        checks.append(disk(contents?.configuration.configuration.minimumFreeDiskMb ?? 1024))
        if isReadable { checks.append(memory(contents?.configuration.configuration.workerCount)) }
        checks.append(await limits())
        checks.append(watches())
        checks += sandbox()
        return checks
    }

    /// By what the limits of turns and gates are kept here.
    private func limits() async -> HealthCheck {
        do {
            let shim = try ExecutableSearch(surroundings: surroundings).shim()
            let found = try await ShimLauncher(shimExecutable: shim).confinement()
            return .info(
                "limits", "memory: \(found.memory.rawValue), processes: \(found.processes.rawValue), processor: \(found.cpu.rawValue)")
        } catch {
            return .warning("limits", "the shim does not say by what limits are kept: \(error)", "reinstall cco")
        }
    }

    private func git() async -> HealthCheck {
        let remedy = "install git 2.38 or newer"
        guard let path = ExecutableSearch(surroundings: surroundings).find("git") else {
            return .failed("git", "not on PATH", remedy, .unavailable)
        }
        do {
            let result = try await ChildCommand(path, ["--version"], environment: ["PATH": "/usr/bin:/bin"], timeout: .seconds(30)).run()
            let words = result.outputText.split(whereSeparator: \.isWhitespace)
            guard result.succeeded, words.count > 2, let version = Self.version(words[2]) else {
                return .failed("git", "\(path) --version says \"\(result.outputText.prefix(100))\"", remedy, .unavailable)
            }
            guard version >= Self.oldestGit else {
                return .failed("git", "\(path) is git \(words[2]), which cannot merge without a checkout", remedy, .unavailable)
            }
            return .passed("git", "\(words[2]) (\(path))")
        } catch {
            return .failed("git", "\(error)", remedy, .unavailable)
        }
    }

    static func version(_ text: some StringProtocol) -> (Int, Int)? {
        let parts = text.split(separator: ".")
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        return (major, minor)
    }

    private func shim() -> HealthCheck {
        do {
            return .passed("cco-shim", try ExecutableSearch(surroundings: surroundings).shim())
        } catch {
            return .failed("cco-shim", "\(error)", "install cco again, with cco-shim beside it", .unavailable)
        }
    }

    private func claude(_ name: String) async -> HealthCheck {
        do {
            let found = try await ExecutableSearch(surroundings: surroundings).claude(name)
            return .passed("claude", "Claude Code \(found.version) (\(found.path))")
        } catch {
            let failure = Failure(error)
            return .failed("claude", failure.message, nil, failure.status)
        }
    }

    private func credentials(_ contents: ConfigurationFolder.Contents?) -> HealthCheck {
        guard let contents else {
            return CredentialPool.hasLogin(surroundings.environment)
                ? .passed("credentials", "the Claude Code CLI has a login")
                : .warning("credentials", "the Claude Code CLI has no login", "run `claude` and log in, or put keys into api-keys.json")
        }
        do {
            let configuration = contents.configuration.configuration
            let mode = configuration.authMode
            let pool = try CredentialPool(
                mode: mode, keys: contents.keys, usesSeveralSubscriptions: configuration.useSeveralSubscriptions,
                environment: surroundings.environment)
            return .passed("credentials", "\(mode.rawValue): \(pool.slots.map(\.id.name).joined(separator: ", "))")
        } catch {
            return .failed("credentials", "\(error)", nil, .noPermission)
        }
    }

    private func repository(_ contents: ConfigurationFolder.Contents) async -> HealthCheck {
        let branch = contents.configuration.configuration.branch
        do {
            let folder = try TemporaryFolder("doctor", environment: surroundings.environment)
            let result: HealthCheck
            do {
                let origin = try RemoteURL(contents.configuration.repository.argument, relativeTo: place.folder.path)
                let git = Git(environment: surroundings.environment)
                let hub = try await HubRepository.createOrOpen(at: folder.path + "/probe.git", origin: origin, git: git)
                let summary = try await hub.originSummary()
                result =
                    summary.branches[branch] != nil || summary.branches.isEmpty
                    ? .passed("repository", "\(origin), branch \(branch)\(summary.branches.isEmpty ? " (the repository is empty)" : "")")
                    : .failed(
                        "repository", "\(origin) has no branch \(branch)",
                        "set \"branch\" to one of: \(summary.branches.keys.sorted().prefix(10).joined(separator: ", "))", .unavailable)
            } catch {
                let failure = Failure(error)
                result = .failed("repository", failure.message, "check \"repositoryUrl\" and your access to it", failure.status)
            }
            await folder.remove()
            return result
        } catch {
            return .failed("repository", "\(error)", "make the temporary folder writable", .cannotCreate)
        }
    }

    private func disk(_ minimum: Int) -> HealthCheck {
        // The workspace need not exist yet: what counts is the disk that it will be on.
        var path = place.workspace.path
        var facts = statvfs()
        while statvfs(path, &facts) != 0, path != "/" {
            path = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
        }
        let free = (Int(facts.f_bavail) * Int(facts.f_frsize)) >> 20
        let detail = "\(free) MiB free at \(path)"
        return free >= minimum
            ? .passed("disk", detail)
            : .failed(
                "disk", "\(detail), and \"minimumFreeDiskMb\" is \(minimum)", "free some space, or choose another --workspace",
                .cannotCreate)
    }

    private func memory(_ workers: Int?) -> HealthCheck {
        let needed = (workers ?? 4) * Self.memoryPerAgent
        guard let available = Machine.availableMemory else { return .info("memory", "cannot be told") }
        let detail =
            "\(available) MiB available; \(workers.map { "\($0)" } ?? "4") workers need about \(needed) MiB, and what they build more"
        return available >= needed ? .passed("memory", detail) : .warning("memory", detail, "use fewer workers, or a larger machine")
    }

    private func watches() -> HealthCheck {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC))
        guard descriptor >= 0 else {
            return .failed(
                "inotify", String(cString: strerror(errno)), "raise the limit: sysctl fs.inotify.max_user_instances=512", .cannotCreate)
        }
        close(descriptor)
        return .passed("inotify", "available")
    }

    private func sandbox() -> [HealthCheck] {
        let isRoot = geteuid() == 0
        let user: HealthCheck =
            isRoot
            ? .warning(
                "user", "root: agents run without permission prompts and with every right on this machine",
                "use an account of its own, or a container")
            : .info(
                "user",
                "agents run with your rights (user \(geteuid())) and without permission prompts; use an account of its own or a container")
        let bubblewrap = ExecutableSearch(surroundings: surroundings).find("bwrap")
        return [user, .info("bubblewrap", bubblewrap ?? "not installed; cco does not need it")]
    }
}

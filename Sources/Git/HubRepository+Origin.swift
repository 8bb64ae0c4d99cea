import Orchestration
import Processes

/// What an origin offers.
package struct OriginSummary: Sendable, Equatable {
    /// The branch that the origin's HEAD names; nil if it does not say, as over a network before the first commit.
    package var defaultBranch: String?
    /// The tips by branch name; empty for an empty repository.
    package var branches: [String: ObjectID] = [:]
}

extension HubRepository {
    /// Runs a command that talks to the origin. A password from the URL reaches git through a private file.
    func originAttempt(
        _ arguments: [String], timeout: Duration = .seconds(600), at other: GitLocation? = nil, settings more: [GitSetting] = []
    ) async throws(GitError) -> ChildCommandResult {
        try await git.attempt(arguments, at: originPlace(other ?? location, settings: more), reach: .origin, timeout: timeout)
    }

    /// `base` with the settings for the origin, and with its password if it has one.
    func originPlace(_ base: GitLocation, settings more: [GitSetting] = []) -> GitLocation {
        var place = base
        var settings = cloneOptions.configuration + more
        if origin.credentialLine != nil {
            // The empty value drops the user's own helpers, which would otherwise be asked to store this password.
            settings += [
                .init(name: "credential.helper", value: ""),
                .init(name: "credential.helper", value: "store --file=\"$CCO_GIT_CREDENTIALS\""),
            ]
            place = place.with("CCO_GIT_CREDENTIALS", path + "/cco-credentials")
        }
        place.environment.merge(git.originSettings(settings)) { $1 }
        return place
    }

    /// Asks the origin for its default branch and branches.
    ///
    /// - Parameter age: how old an answer may be that it has given before.
    /// - Throws: ``GitError`` of kind `unreachable`, `accessDenied` or `notARepository`.
    package func originSummary(knownWithin age: Duration = .zero) async throws(GitError) -> OriginSummary {
        if age > .zero, let known = await sessions.summaries.summary(within: age) { return known }
        let arguments = ["ls-remote", "--symref", "origin", "HEAD", "refs/heads/*"]
        let result = try await originAttempt(arguments, timeout: .seconds(120))
        guard result.succeeded else { throw Git.failure(of: arguments, result) }
        var summary = OriginSummary()
        for line in result.outputText.split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1)
            guard parts.count == 2 else { continue }
            if parts[0].hasPrefix("ref: refs/heads/"), parts[1] == "HEAD" {
                summary.defaultBranch = String(parts[0].dropFirst("ref: refs/heads/".count))
            } else if parts[1].hasPrefix("refs/heads/"), let id = ObjectID(parts[0]) {
                summary.branches[String(parts[1].dropFirst("refs/heads/".count))] = id
            }
        }
        if summary.defaultBranch == nil, let folder = try await localOriginDirectory() {
            let head = try await git.attempt(["symbolic-ref", "--short", "HEAD"], at: GitLocation(gitDirectory: folder))
            if head.succeeded { summary.defaultBranch = head.outputText.trimmed }
        }
        return summary
    }

    /// Fetches one branch of the origin, with its whole history unless the clone options say otherwise.
    ///
    /// The result is at `refs/cco/origin/<branch>`, which is left as it was if the branch is gone.
    /// - Parameter age: how long ago it may have been fetched.
    /// - Returns: the branch's tip; nil if the origin has no such branch, or no commit at all.
    /// - Throws: ``GitError``.
    package func fetchOrigin(branch: String, knownWithin age: Duration = .zero) async throws(GitError) -> ObjectID? {
        let head = try RefName.head(branch)
        let ref = try RefName.full("refs/cco/origin/" + branch)
        if age > .zero, await hasSeenOrigin(branch: branch, within: age), let tip = try await resolve(ref) { return tip }
        return try await originLock.withLock { () async throws(GitError) -> ObjectID? in
            let depth = try await resolve(ref) == nil ? cloneOptions.shallow : []
            let arguments = Self.fetch + depth + ["origin", "+\(head):\(ref)"]
            let time = ContinuousClock.now
            let result = try await fetchFromOrigin(arguments)
            if result.succeeded {
                await sessions.sightings.note(branch, at: time)
                return try await resolve(ref)
            }
            let error = Git.failure(of: arguments, result)
            if error.kind == .noSuchBranch { return nil }
            throw error
        }
    }

    /// Whether a fetch or a push told of the origin's branch a moment ago.
    package func hasSeenOrigin(branch: String, within limit: Duration) async -> Bool {
        guard let age = await sessions.sightings.age(of: branch) else { return false }
        return age < limit
    }

    /// Fetches several branches of the origin at once; all of them have to be there.
    ///
    /// - Returns: their tips, in the same order.
    /// - Throws: ``GitError``; of kind `noSuchBranch` when one is missing.
    package func fetchOrigin(branches: [String]) async throws(GitError) -> [ObjectID] {
        guard !branches.isEmpty else { return [] }
        var refs: [String] = []
        var specifications: [String] = []
        for branch in branches {
            let ref = try RefName.full("refs/cco/origin/" + branch)
            refs.append(ref)
            specifications.append("+\(try RefName.head(branch)):\(ref)")
        }
        let arguments = Self.fetch + cloneOptions.shallow + ["origin"] + specifications
        return try await originLock.withLock { () async throws(GitError) -> [ObjectID] in
            let result = try await fetchFromOrigin(arguments)
            guard result.succeeded else { throw Git.failure(of: arguments, result) }
            var tips: [ObjectID] = []
            let present = try await resolve(refs)
            for ref in refs {
                guard let tip = present[ref] else { throw Self.rejection(of: ref, result.errorText) }
                tips.append(tip)
            }
            return tips
        }
    }

    /// Git refuses single refs with a warning, and succeeds: those of a shallow repository that is on this machine, for one.
    private static func rejection(of ref: String, _ words: String) -> GitError {
        guard words.contains("shallow") else {
            return GitError(kind: .other, command: "git fetch", detail: "it reported success but did not make \(ref): \(words.trimmed)")
        }
        return .invalid(
            "git fetch",
            "the repository is a shallow clone, of which git gives nobody these branches. Run `git fetch --unshallow` there, or name the "
                + "repository that it was cloned from. \(words.trimmed)")
    }

    static let fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance"]

    private func fetchFromOrigin(_ arguments: [String]) async throws(GitError) -> ChildCommandResult {
        do {
            return try await originAttempt(arguments, timeout: .seconds(3_600))
        } catch {
            // A killed fetch leaves half a pack, which can be large, and the lock of the list of shallow commits.
            try clearStaleLocks()
            throw error
        }
    }

    /// Whether history is cut off somewhere.
    package func isShallow() async throws(GitError) -> Bool {
        try await git.run(["rev-parse", "--is-shallow-repository"], at: location).outputText.trimmed == "true"
    }

    /// Fetches the history that a shallow clone left out. Harmless if there is none missing.
    ///
    /// - Throws: ``GitError``.
    package func unshallow() async throws(GitError) {
        guard try await isShallow() else { return }
        let branches = try await originSummary().branches
        let refspecs = try await listRefs("refs/cco/origin/").map { $0.name.dropFirst("refs/cco/origin/".count) }
            .filter { branches[String($0)] != nil }.map { "+refs/heads/\($0):refs/cco/origin/\($0)" }
        try await originLock.withLock { () async throws(GitError) in
            guard try await isShallow() else { return }
            let arguments = Self.fetch + ["--unshallow", "origin"] + refspecs
            let result = try await fetchFromOrigin(arguments)
            guard result.succeeded else { throw Git.failure(of: arguments, result) }
        }
    }

    /// The git directory of an origin on this machine; nil for any other.
    func localOriginDirectory() async throws(GitError) -> String? {
        guard let folder = origin.localPath else { return nil }
        for candidate in [folder + "/.git", folder] {
            let result = try await git.attempt(["rev-parse", "--absolute-git-dir"], at: GitLocation(gitDirectory: candidate))
            if result.succeeded { return result.outputText.trimmed }
        }
        return nil
    }

    func originObjectFormat(_ summary: OriginSummary) async throws(GitError) -> String {
        if let id = summary.branches.values.first { return id.hex.utf8.count == 64 ? "sha256" : "sha1" }
        guard let folder = try await localOriginDirectory() else { return "sha1" }
        return try await git.run(["rev-parse", "--show-object-format"], at: GitLocation(gitDirectory: folder)).outputText.trimmed
    }
}

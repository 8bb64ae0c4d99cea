import Orchestration
import Processes

extension HubRepository {
    /// Pushes a commit to a branch of the origin, never by force, and then the receipts if asked.
    ///
    /// Safe to repeat: what is there already is `.alreadyThere`. The user's push hooks do not run; the origin's own hooks do.
    ///
    /// - Parameter condition: where the branch has to stand; the origin compares and swaps. One that stands elsewhere is `.moved`.
    /// - Throws: ``GitError`` only for what no outcome describes, such as a commit that the hub does not have.
    package func push(
        _ commit: ObjectID, toBranch branch: String, where condition: PushCondition = .anythingContained, alsoNotes: Bool
    ) async throws(GitError) -> PushReport {
        let head = try RefName.head(branch)
        // Git takes a push with an expected value for one that may lose commits: this is what keeps it from it.
        if case .exactly(let expected?) = condition, try await !isBehind(expected, commit) {
            return PushReport(branch: .moved(remoteHead: nil), notes: nil)
        }
        return try await originLock.withLock { () async throws(GitError) -> PushReport in
            let time = ContinuousClock.now
            if alsoNotes, let report = try await pushWithNotes(commit, to: head, condition) {
                if report.branch == .pushed { await sessions.sightings.note(branch, at: time) }
                return report
            }
            let outcome = try await push(commit.hex, commit, to: head, condition)
            if outcome == .pushed { await sessions.sightings.note(branch, at: time) }
            guard alsoNotes, outcome == .pushed || outcome == .alreadyThere else { return PushReport(branch: outcome, notes: nil) }
            return PushReport(branch: outcome, notes: await pushNotes())
        }
    }

    /// Checks that the origin would take a push to `branch`, without changing anything there.
    package func pushDryRun(branch: String) async throws(GitError) -> PushPreflight {
        if let blocked = try await checkedOutOrigin(branch) { return blocked }
        return try await tryPush(branch: branch)
    }

    /// The same where it is known that no worktree stands against it (``checkedOutOrigin(_:)``).
    package func tryPush(branch: String) async throws(GitError) -> PushPreflight {
        let head = try RefName.head(branch)
        return try await originLock.withLock { () async throws(GitError) -> PushPreflight in
            let known = try await resolve("refs/cco/origin/" + branch)
            var source = known
            if source == nil {
                source = try await rootCommit(message: "dry run", author: GitIdentity(name: "cco", email: "cco@localhost"), date: 0)
            }
            guard let source else { return .ready }
            switch try await push(source.hex, source, to: head, options: ["--dry-run"]) {
            case .pushed, .alreadyThere, .moved, .contested: return .ready
            case .refused(let reason): return .refused(reason: reason)
            case .unreachable(let reason): return .unreachable(reason: reason)
            }
        }
    }

    /// Pushes a commit and the receipts over one connection, all or nothing.
    ///
    /// - Returns: nil when something stood against it, whatever it was: the two are then to be pushed one by one.
    private func pushWithNotes(_ commit: ObjectID, to ref: String, _ condition: PushCondition) async throws(GitError) -> PushReport? {
        guard await sessions.joinedPushes.areWorthTrying, let notes = try await resolve(Self.receiptsRef) else { return nil }
        let arguments =
            ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--atomic"] + condition.options(ref)
            + ["origin", "\(commit):\(ref)", "\(notes):\(Self.receiptsRef)"]
        let result: ChildCommandResult
        do {
            result = try await originAttempt(arguments, timeout: .seconds(1_800))
        } catch  where error.kind == .unreachable {
            return PushReport(branch: .unreachable(reason: error.detail), notes: nil)
        }
        func outcome(_ ref: String) -> PushOutcome? {
            switch PushStatus(output: result.outputText, ref: ref)?.meaning {
            case .pushed: .pushed
            case .alreadyThere: .alreadyThere
            case .moved, .contested, .refused, nil: nil
            }
        }
        guard result.succeeded, let branch = outcome(ref), let receipts = outcome(Self.receiptsRef) else {
            await sessions.joinedPushes.note(false)
            return nil
        }
        await sessions.joinedPushes.note(true)
        return PushReport(branch: branch, notes: receipts)
    }

    /// A lock of the origin's that stays is somebody else's to clear, also where the origin is on this machine: its owner can work in another
    /// container.
    private func push(
        _ source: String, _ id: ObjectID, to ref: String, _ condition: PushCondition = .anythingContained, options: [String] = []
    ) async throws(GitError) -> PushOutcome {
        let arguments =
            ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"] + condition.options(ref) + options
            + ["origin", "\(source):\(ref)"]
        let result: ChildCommandResult
        do {
            result = try await originAttempt(arguments, timeout: .seconds(1_800))
        } catch  where error.kind == .unreachable {
            return .unreachable(reason: error.detail)
        }
        guard let status = PushStatus(output: result.outputText, ref: ref) else {
            let error = Git.failure(of: arguments, result)
            if error.isOriginAway { return .unreachable(reason: error.detail) }
            switch error.kind {
            case .accessDenied, .notARepository: return .refused(reason: error.detail)
            case .cannotSign: return .refused(reason: "push.gpgSign of your git configuration asks for signed pushes: \(error.detail)")
            default: throw error
            }
        }
        switch status.meaning {
        case .pushed: return .pushed
        case .alreadyThere: return .alreadyThere
        case .moved, .contested:
            let answer = await remoteHead(ref)
            let remote = answer ?? nil
            if remote == id { return .alreadyThere }
            guard status.meaning == .contested, answer != nil, try await mayMove(remote, to: id, condition) else {
                return .moved(remoteHead: remote)
            }
            return .contested(reason: Self.reason(status, result))
        case .refused: return .refused(reason: Self.reason(status, result))
        }
    }

    /// The summary and what the origin's hook said.
    private static func reason(_ status: PushStatus, _ result: ChildCommandResult) -> String {
        let said = result.errorText.split(separator: "\n").filter { $0.hasPrefix("remote:") }.map { $0.dropFirst(7).drop { $0 == " " } }
        let text = ([status.summary] + said.map { String($0).trimmed }.filter { !$0.isEmpty }).joined(separator: "; ")
        return String(Redaction.redacted(text).prefix(2_000))
    }

    /// Nil if it cannot be read: the push has its answer already, and whoever needs the head fetches anyway. Nil within if the
    /// origin has no such ref.
    private func remoteHead(_ ref: String) async -> ObjectID?? {
        guard let result = try? await originAttempt(["ls-remote", "origin", ref], timeout: .seconds(120)), result.succeeded else {
            return nil
        }
        return .some(result.outputText.split(separator: "\t").first.flatMap { ObjectID($0) })
    }

    /// Whether nothing but a held lock can keep an origin's ref from moving to `id`.
    private func mayMove(_ remote: ObjectID?, to id: ObjectID, _ condition: PushCondition) async throws(GitError) -> Bool {
        switch condition {
        case .anythingContained: return try await isBehind(remote, id)
        case .exactly(let expected): return remote == expected
        }
    }

    /// Whether `id` contains the origin's head; one that is not there is contained.
    private func isBehind(_ remote: ObjectID?, _ id: ObjectID) async throws(GitError) -> Bool {
        guard let remote else { return true }
        guard try await contains(remote) else { return false }
        return try await isAncestor(remote, of: id)
    }

    /// Notes that moved at the origin are joined with ours and tried again. A failure is an outcome here, never an error.
    private func pushNotes() async -> PushOutcome {
        let ref = Self.receiptsRef
        do throws(GitError) {
            for attempt in 0..<4 {
                guard let ours = try await resolve(ref) else { return .alreadyThere }
                let outcome = try await push(ours.hex, ours, to: ref)
                guard case .moved = outcome, attempt < 3 else { return outcome }
                let arguments = Self.fetch + ["origin", "+\(ref):refs/cco/origin-notes"]
                let fetched = try await originAttempt(arguments)
                guard fetched.succeeded, let theirs = try await resolve("refs/cco/origin-notes") else {
                    throw Git.failure(of: arguments, fetched)
                }
                try await uniteNotes(ref, with: theirs)
            }
            return .moved(remoteHead: nil)
        } catch {
            return error.kind == .unreachable ? .unreachable(reason: error.detail) : .refused(reason: error.description)
        }
    }
}

extension PushCondition {
    /// What git calls a lease: compared with what the origin says, and by the origin itself when it moves the ref.
    fileprivate func options(_ ref: String) -> [String] {
        switch self {
        case .anythingContained: []
        case .exactly(let expected): ["--force-with-lease=\(ref):\(expected?.hex ?? "")"]
        }
    }
}

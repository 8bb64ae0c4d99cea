import Processes
import Synchronization

/// One git command of a hub that stays to answer many requests, so that its start is paid once.
///
/// It is started when it is asked something, and ended when it has not been for a while: a run that waits keeps no process. It holds no lock
/// while it is idle. One that breaks is started anew, once for each request, so a request must be harmless to repeat.
actor GitSession {
    private let git: Git
    private let arguments: [String]
    private let location: GitLocation
    /// How long it stays without a request.
    private let patience: Duration
    /// Asked before anything else, to bring a new process into the state in which it answers.
    private let prepare: @Sendable (Coprocess) async throws(ChildCommandError) -> Void
    private let turn = AsyncLock()
    private var process: Coprocess?
    private var lastUse = ContinuousClock.now
    private var isWatched = false

    /// How long one stays without a request, unless a test says otherwise.
    static let usualPatience = Duration.seconds(2)

    init(
        _ git: Git, _ arguments: [String], at location: GitLocation, patience: Duration,
        prepare: @escaping @Sendable (Coprocess) async throws(ChildCommandError) -> Void = { (_: Coprocess) throws(ChildCommandError) in }
    ) {
        self.git = git
        self.arguments = arguments
        self.location = location
        self.patience = patience
        self.prepare = prepare
    }

    deinit {
        // The process ends with its last reference; its number may soon be another's.
        if let process { IdleGitSessions.remove(process.pid) }
    }

    /// Sends a request and waits for its answer, whether or not the calling task is cancelled: like all local commands it is short.
    ///
    /// - Parameter parse: as in ``Coprocess/ask(_:within:parse:)``.
    /// - Throws: ``GitError`` when git gives no answer even after a second start.
    func ask<Answer: Sendable>(
        _ request: [UInt8], within limit: Duration = .seconds(120), parse: @escaping @Sendable (ArraySlice<UInt8>) -> (Answer, taken: Int)?
    ) async throws(GitError) -> Answer {
        let result = await Task { () -> Result<Answer, ChildCommandError> in
            await turn.withLock { @Sendable in await self.answer(request, within: limit, parse: parse) }
        }.value
        do {
            return try result.get()
        } catch {
            let text = error.description
            throw GitError(kind: .init(standardError: text), command: "git " + arguments.joined(separator: " "), detail: text)
        }
    }

    private func answer<Answer: Sendable>(
        _ request: [UInt8], within limit: Duration, parse: @escaping @Sendable (ArraySlice<UInt8>) -> (Answer, taken: Int)?
    ) async -> Result<Answer, ChildCommandError> {
        // One that has stood idle can have ended meanwhile, which says nothing about the request. What git says before it ends is an answer.
        for isLast in process == nil ? [true] : [false, true] {
            do throws(ChildCommandError) {
                let process = try await running()
                let answer = try await process.ask(request, within: limit, parse: parse)
                IdleGitSessions.insert(process.pid)
                lastUse = .now
                return .success(answer)
            } catch {
                await endProcess()
                if isLast || error.saysWhy { return .failure(error) }
            }
        }
        return .failure(.notSupervised(command: arguments.joined(separator: " "), reason: "it was not asked"))
    }

    /// The process, at work from now on.
    private func running() async throws(ChildCommandError) -> Coprocess {
        if let process {
            IdleGitSessions.remove(process.pid)
            return process
        }
        var environment = git.localEnvironment
        environment.merge(location.environment) { $1 }
        environment[GitProcesses.mark] = location.gitDirectory
        let process = try Coprocess(
            git.executable, Git.hardening + location.arguments + arguments, environment: environment,
            workingDirectory: location.workTree ?? "/")
        self.process = process
        lastUse = .now
        watch()
        try await prepare(process)
        return process
    }

    private func watch() {
        guard !isWatched else { return }
        isWatched = true
        Task { [weak self] in
            while let rest = await self?.rest() {
                // Nothing cancels this task.
                _ = try? await Alarm.wait(for: rest)
            }
        }
    }

    /// How long it may still stay idle; nil when it has ended.
    private func rest() async -> Duration? {
        let rest = lastUse + patience - .now
        if process != nil, rest > .zero { return rest }
        await end()
        // Asked again while it was being ended.
        if process != nil { return patience }
        isWatched = false
        return nil
    }

    /// Ends the process when the request under way is answered. The next request starts another.
    func end() async { await turn.withLock { @Sendable in await self.endProcess() } }

    private func endProcess() async {
        guard let process else { return }
        self.process = nil
        let number = process.pid
        // One that ends because nobody asks it is idle to its end.
        await process.end { IdleGitSessions.remove(number) }
    }
}

extension ChildCommandError {
    /// Whether git itself has said what is wrong.
    fileprivate var saysWhy: Bool { if case .notSupervised(_, let reason) = self { reason.contains("fatal:") } else { false } }
}

/// The processes of sessions that nobody asks anything at this moment: they hold no lock and write nothing, so nobody has to wait for them.
enum IdleGitSessions {
    private static let numbers = Mutex<Set<Int32>>([])

    static func insert(_ pid: Int32) { numbers.withLock { _ = $0.insert(pid) } }
    static func remove(_ pid: Int32) { numbers.withLock { _ = $0.remove(pid) } }
    static func contains(_ pid: Int32) -> Bool { numbers.withLock { $0.contains(pid) } }
}

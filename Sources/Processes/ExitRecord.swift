/// How a supervised process ended and what it used; the content of its folder's `exit` file.
package struct ExitRecord: Codable, Hashable, Sendable {
    /// Why it ended.
    package enum Reason: String, Codable, Hashable, Sendable {
        /// By itself, or by a signal from somebody else.
        case exited
        /// Because it was asked to.
        case terminated
        /// Because its wall-clock limit was over.
        case timeout
        /// Its program never ran; ``ExitRecord/failure`` says why.
        case execFailed = "exec-failed"
        /// Its shim was killed, so nobody saw how it ended; what was left of it has been ended since.
        case lost
    }

    /// A limit that ended it. What a limit makes fail without ending it, such as a tool that is killed for want of memory, only counts in
    /// ``ExitRecord/memoryKills`` and ``ExitRecord/refusedForks``.
    package enum Limit: String, Codable, Hashable, Sendable {
        /// It was killed itself because it and its descendants used more memory than they may.
        case memory
        /// It and its descendants stayed at their number of processes and threads and went on trying to start more.
        case processes
        /// It wrote beyond the size that a file may have.
        case fileSize = "file-size"
    }

    /// What kept the program from running.
    package struct Failure: Codable, Hashable, Sendable, CustomStringConvertible {
        /// The step that failed: `exec` (the program), `cwd` (the working directory), `files`, `limits`, `session`, `record` or `fork`.
        package var step: String
        /// The error number (errno).
        package var code: Int32

        package init(step: String, code: Int32) {
            self.step = step
            self.code = code
        }

        package var description: String { "\(step): \(SystemError(code: code))" }
    }

    /// Why it ended.
    package var reason: Reason
    /// Its exit code or signal; nil when it never ran or nobody saw it end.
    package var exit: ProcessExit?
    /// Set when ``reason`` is ``Reason/execFailed``.
    package var failure: Failure?
    /// Milliseconds since 1970 when its program was started; 0 when unknown.
    package var startedMilliseconds: Int64
    /// Milliseconds since 1970 when it and all its descendants had ended.
    package var endedMilliseconds: Int64
    /// CPU time in user mode of it and every descendant that was waited for.
    package var userMilliseconds: Int64
    /// CPU time in the kernel, likewise.
    package var systemMilliseconds: Int64
    /// The largest resident size of any single process of it, in kilobytes.
    package var maximumResidentKilobytes: Int64
    /// Processes that outlived it and were ended.
    package var leftovers: Int
    /// Processes that could not be ended; anything but 0 needs a person (a process stuck in the kernel).
    package var survivors: Int
    /// The limit that ended it; the reason is ``Reason/exited`` then. Nil when none did, and in records of earlier shims.
    package var limit: Limit?
    /// Its processes that were killed because it and its descendants used more memory than they may.
    package var memoryKills: Int
    /// Processes and threads that could not be started because there were as many as there may be; 0 where nobody counts that.
    package var refusedForks: Int
    /// The most memory that it and its descendants had at a time, in kilobytes, files that the kernel cached for them included where a control
    /// group measures; nil when it was not measured.
    package var peakMemoryKilobytes: Int64?
    /// By what its limits were kept; nil when nobody knows.
    package var confinement: Confinement?

    package init(
        reason: Reason, exit: ProcessExit? = nil, failure: Failure? = nil, startedMilliseconds: Int64 = 0, endedMilliseconds: Int64 = 0,
        userMilliseconds: Int64 = 0, systemMilliseconds: Int64 = 0, maximumResidentKilobytes: Int64 = 0, leftovers: Int = 0,
        survivors: Int = 0, limit: Limit? = nil, memoryKills: Int = 0, refusedForks: Int = 0, peakMemoryKilobytes: Int64? = nil,
        confinement: Confinement? = nil
    ) {
        self.reason = reason
        self.exit = exit
        self.failure = failure
        self.startedMilliseconds = startedMilliseconds
        self.endedMilliseconds = endedMilliseconds
        self.userMilliseconds = userMilliseconds
        self.systemMilliseconds = systemMilliseconds
        self.maximumResidentKilobytes = maximumResidentKilobytes
        self.leftovers = leftovers
        self.survivors = survivors
        self.limit = limit
        self.memoryKills = memoryKills
        self.refusedForks = refusedForks
        self.peakMemoryKilobytes = peakMemoryKilobytes
        self.confinement = confinement
    }

    /// Whether its program ran to its own end with code 0.
    package var succeeded: Bool { reason == .exited && exit?.succeeded == true }
}

extension ExitRecord {
    /// Reads the shim's file; nil when a field is missing or unknown. Fields that came later may be missing: a run can be taken up whose
    /// shims are of an earlier version.
    init?(fields: RecordFields) {
        guard let reason = fields.text("reason").flatMap(Reason.init(rawValue:)), let code = fields.number("code"),
            let signal = fields.number("signal"), let error = fields.number("errno"), let step = fields.text("step"),
            let started = fields.number("started_ms"), let ended = fields.number("ended_ms"), let user = fields.number("user_ms"),
            let system = fields.number("system_ms"), let resident = fields.number("max_rss_kb"),
            let leftovers = fields.number("leftovers"), let survivors = fields.number("survivors")
        else { return nil }
        self.init(
            reason: reason,
            exit: signal > 0 ? .signaled(Int32(clamping: signal)) : code >= 0 ? .exited(Int32(clamping: code)) : nil,
            failure: step == "-" ? nil : Failure(step: step, code: Int32(clamping: error)),
            startedMilliseconds: started, endedMilliseconds: ended, userMilliseconds: user, systemMilliseconds: system,
            maximumResidentKilobytes: resident, leftovers: Int(leftovers), survivors: Int(survivors),
            limit: fields.text("limit").flatMap(Limit.init(rawValue:)), memoryKills: Int(fields.number("memory_kills") ?? 0),
            refusedForks: Int(fields.number("refused_forks") ?? 0),
            peakMemoryKilobytes: fields.number("peak_memory_kb").flatMap { $0 > 0 ? $0 : nil },
            confinement: fields.text("limits").flatMap(Confinement.init(text:)))
    }

    /// The file's text, as the shim writes it.
    var text: String {
        var code: Int32 = -1
        var signal: Int32 = 0
        switch exit {
        case .exited(let number): code = number
        case .signaled(let number): signal = number
        case nil: break
        }
        return """
            reason \(reason.rawValue)
            code \(code)
            signal \(signal)
            errno \(failure?.code ?? 0)
            step \(failure?.step ?? "-")
            started_ms \(startedMilliseconds)
            ended_ms \(endedMilliseconds)
            user_ms \(userMilliseconds)
            system_ms \(systemMilliseconds)
            max_rss_kb \(maximumResidentKilobytes)
            leftovers \(leftovers)
            survivors \(survivors)
            limit \(limit?.rawValue ?? "-")
            memory_kills \(memoryKills)
            refused_forks \(refusedForks)
            peak_memory_kb \(peakMemoryKilobytes ?? 0)
            limits \(confinement?.description ?? "-")

            """
    }
}

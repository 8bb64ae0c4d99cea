import Glibc

extension SupervisedProcess {
    /// Suspends until it and all its descendants have ended, and returns how it ended.
    ///
    /// It works for processes that another program started, too. When the shim was killed, so that nobody saw the end, what is left of
    /// the process is ended and recorded as ``ExitRecord/Reason/lost``.
    ///
    /// - Throws: `CancellationError` when the calling task is cancelled (the process goes on), ``SystemError`` or ``SupervisionError``.
    package func waitForExit() async throws -> ExitRecord {
        if let record = try exitRecord() { return record }
        try await shim.untilEnded()
        if let record = try exitRecord() { return record }
        // Not cancellable half-way: a tree that is being ended is ended completely.
        return try await Task { try await settle(reason: .lost) }.value
    }

    /// Suspends until it has ended; one that writes too much is ended.
    ///
    /// - Parameters:
    ///   - limit: how long is waited.
    ///   - outputLimit: bytes that its outputs may have together.
    /// - Returns: `nil` when it goes on after that time.
    /// - Throws: as ``waitForExit()``.
    package func waitForExit(within limit: Duration, outputLimit: Int64) async throws -> ExitRecord? {
        try await value(within: limit) { try await outputExceeds(outputLimit) ? try await terminate() : try await waitForExit() }
    }

    /// Ends it: TERM, after the grace KILL, then every descendant. Afterwards no process of the turn lives.
    ///
    /// Cancelling the calling task does not stop it half-way. Harmless when the process has ended already.
    ///
    /// - Throws: ``SystemError`` or ``SupervisionError`` when /proc or the folder cannot be used.
    @discardableResult
    package func terminate() async throws -> ExitRecord {
        try await Task {
            try shim.signal(SIGTERM)
            // A shim that somebody has stopped acts on that only when it goes on.
            try shim.signal(SIGCONT)
            if let record = try await value(within: grace + .seconds(5), of: { try await waitForExit() }) {
                // A process that left its session and outlived the shim would still carry the marker.
                try await ProcessSweep.end(marker: marker)
                return record
            }
            try shim.signal(SIGKILL)
            try await shim.untilEnded()
            return try await settle(reason: .terminated)
        }.value
    }

    /// With the shim dead: ends what is left and records that, unless the shim has recorded the end itself.
    private func settle(reason: ExitRecord.Reason) async throws -> ExitRecord {
        var tree = ProcessTree(root: try child(), marker: marker)
        let groups = try folder.groups()
        // Counted before they are killed, as the kernel kills the members of a group all at once and tells nobody how many they were.
        let before = Set(try tree.members())
        groups.kill()
        let result = try await tree.end(alsoEnding: before)
        groups.remove()
        try folder.write(
            ExitRecord(
                reason: reason, startedMilliseconds: folder.childStartMilliseconds(), endedMilliseconds: wallClockMilliseconds(),
                leftovers: result.ended, survivors: result.survivors.count, confinement: try folder.confinement()))
        guard let record = try exitRecord() else { throw SupervisionError.malformed(file: folder.exit) }
        return record
    }

    private func wallClockMilliseconds() -> Int64 {
        var now = timespec()
        // Cannot fail for this clock.
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}

/// The value of the work, or nil when it takes longer than the limit and was cancelled.
func value<Value: Sendable>(within limit: Duration, of work: @escaping @Sendable () async throws -> Value) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Alarm.wait(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}

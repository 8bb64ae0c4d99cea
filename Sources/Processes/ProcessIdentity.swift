import CProcesses
import Glibc
import Synchronization

/// One process for ever: its number alone may pass to another process, its number, start time and boot together cannot.
package struct ProcessIdentity: Codable, Hashable, Sendable {
    /// The process number.
    package let pid: Int32
    /// When it started, in clock ticks since the machine booted.
    package let startTime: UInt64
    /// The kernel's random id of this boot: after a reboot no old identity is alive.
    package let bootID: String

    package init(pid: Int32, startTime: UInt64, bootID: String) {
        self.pid = pid
        self.startTime = startTime
        self.bootID = bootID
    }

    /// Of a process that has ended and that nothing names any more.
    static let forgotten = ProcessIdentity(pid: .max, startTime: 0, bootID: "")

    /// The identity of the process that has this number now, or nil when there is none.
    ///
    /// - Throws: ``SystemError`` when /proc cannot be read.
    package static func of(pid: Int32) throws(SystemError) -> ProcessIdentity? {
        guard let status = try ProcessStatus.of(pid: pid) else { return nil }
        return ProcessIdentity(pid: pid, startTime: status.startTime, bootID: try currentBootID())
    }

    /// Whether the process still runs. One that has ended and only waits to be reaped is not alive.
    package var isAlive: Bool { status() != nil }

    /// What /proc says about exactly this process; nil when it has ended or cannot be looked at.
    func status() -> ProcessStatus? {
        // Unreadable means ended for our own processes: /proc entries vanish at any moment.
        guard let status = try? ProcessStatus.of(pid: pid), status.startTime == startTime, !status.isDead,
            (try? Self.currentBootID()) == bootID
        else { return nil }
        return status
    }

    /// Sends a signal to this very process: the number is held by a pidfd while the identity is checked.
    ///
    /// - Returns: false when the process has ended.
    /// - Throws: ``SystemError`` when the kernel refuses (another user's process).
    @discardableResult
    package func signal(_ number: Int32) throws(SystemError) -> Bool {
        guard let descriptor = try open() else { return false }
        defer { close(descriptor) }
        if cprocesses_pidfd_signal(descriptor, number) == 0 { return true }
        guard errno == ESRCH else { throw .current("signal process \(pid)") }
        return false
    }

    /// Suspends until the process has ended.
    ///
    /// - Throws: `CancellationError`, or ``SystemError`` when the kernel refuses the watch.
    package func untilEnded() async throws {
        guard let descriptor = try open() else { return }
        defer { close(descriptor) }
        try await KernelEvents.shared.untilReadable(descriptor)
    }

    /// A pidfd of this very process, to be closed by the caller; nil when it has ended.
    func open() throws(SystemError) -> Int32? {
        let descriptor = cprocesses_pidfd_open(pid)
        guard descriptor >= 0 else {
            if errno == ESRCH { return nil }
            throw .current("open process \(pid)")
        }
        // Checked after the pidfd is held: from here on the number cannot pass to another process unnoticed.
        guard isAlive else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// The kernel's id of the running boot.
    package static func currentBootID() throws(SystemError) -> String {
        if let known = knownBootID.withLock({ $0 }) { return known }
        let read = try readBootID()
        knownBootID.withLock { $0 = read }
        return read
    }

    /// No process outlives its boot, so it is read once.
    private static let knownBootID = Mutex<String?>(nil)

    private static func readBootID() throws(SystemError) -> String {
        let bytes = try FileSystem.read("/proc/sys/kernel/random/boot_id")
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

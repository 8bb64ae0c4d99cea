import CProcesses
import Glibc

extension SupervisedProcess {
    /// Says something to it: appends lines to its standard input, which its shim passes on as soon as they are complete.
    ///
    /// One caller at a time. What was appended stays in the folder (``saidSoFar()``), so whoever comes after a crash knows what it need not say
    /// again; it is not synced, because after a crash of the machine there is nobody to say it to.
    ///
    /// - Parameter lines: whole lines, the last one with its end.
    /// - Returns: false when it takes no more: its input does not grow, or has ended.
    /// - Throws: ``SystemError``; nothing was said then.
    @discardableResult
    package func say(_ lines: [UInt8]) throws(SystemError) -> Bool {
        guard followsInput else { return false }
        let file = cprocesses_open(folder.standardInput, O_RDWR | O_APPEND | O_NOFOLLOW, 0)
        guard file >= 0 else { throw .current("open \(folder.standardInput)") }
        defer { close(file) }
        let said = try saidSoFar()
        guard said.last != Self.endOfTransmission else { return false }
        // Somebody died while writing: the shim has not passed on what is no whole line.
        let whole = said.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        guard whole == said.count || ftruncate(file, off_t(whole)) == 0 else { throw .current("cut \(folder.standardInput)") }
        do throws(SystemError) {
            try FileSystem.writeAll(lines, to: file, name: folder.standardInput)
        } catch {
            // Half a line harms nobody, so a failure to cut it off does neither.
            _ = ftruncate(file, off_t(whole))
            throw error
        }
        try announceInput()
        return true
    }

    /// Ends its input once everything before has been passed on; it then reads the end of its input. Harmless when tried again.
    ///
    /// - Throws: ``SystemError``.
    package func endInput() throws(SystemError) { _ = try say([Self.endOfTransmission]) }

    /// Has the shim look at the input. Whoever takes a process up calls it, because its last writer may have died before that.
    ///
    /// - Throws: ``SystemError``.
    package func announceInput() throws(SystemError) {
        if followsInput { try shim.signal(SIGUSR1) }
    }

    /// Everything it was told so far, from the beginning.
    ///
    /// - Throws: ``SystemError``.
    package func saidSoFar() throws(SystemError) -> [UInt8] { try FileSystem.read(folder.standardInput) }

    /// The byte that ends the input, as on a terminal.
    private static let endOfTransmission: UInt8 = 4
}

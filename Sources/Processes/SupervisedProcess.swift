import Glibc

/// A process that runs under a shim of its own, so that it outlives this program and its end is on record whoever is there to see it.
///
/// A value names the process by its folder; it holds no resources, and any number of them may exist for one process, in one program or
/// one after the other.
package struct SupervisedProcess: Sendable {
    /// The environment variable that marks every process of a turn, so that ``ProcessSweep`` finds them.
    package static let markerVariable = "CCO_TURN"

    /// The folder with its input, outputs and records.
    package var directory: String { folder.path }
    /// The marker in the environment of all its processes.
    package let marker: String
    /// Who supervises it.
    package let shim: ProcessIdentity
    /// From TERM to KILL.
    let grace: Duration
    /// Whether it can be spoken to while it runs.
    package let followsInput: Bool
    let folder: TurnFolder

    /// Follows the process of this folder, started by whomever; nil when none was ever started in it.
    ///
    /// - Throws: ``SupervisionError`` when the folder's records cannot be read.
    package static func attach(directory: String) throws(SupervisionError) -> SupervisedProcess? {
        let folder = TurnFolder(path: directory)
        // A crash of the machine can leave the beginning's record empty beside the end's, which alone is synced: then it has ended.
        var shim = try folder.shim()
        if shim == nil, try folder.exitRecord() != nil { shim = .forgotten }
        guard let shim else { return nil }
        // All that was started before a crash of the machine that has left no order is gone.
        guard let bytes = try folder.record(folder.specification) else { return nil }
        guard let specification = Specification(directory: directory, fields: bytes)
        else { throw .malformed(file: folder.specification) }
        return SupervisedProcess(
            marker: specification.marker, shim: shim, grace: specification.grace, followsInput: specification.followsInput, folder: folder)
    }

    /// The supervised process itself, for views; nil when its program has not been started.
    package func child() throws(SupervisionError) -> ProcessIdentity? { try folder.child() }

    /// By what its limits are kept; nil when its program has not been started, or an earlier shim started it.
    package func confinement() throws(SupervisionError) -> Confinement? { try folder.confinement() }

    /// Whether somebody has stopped it or its shim (SIGSTOP, or a debugger): it does nothing until it is told to go on (SIGCONT).
    package var isStopped: Bool {
        get throws(SupervisionError) { [shim, try child()].contains { $0?.status()?.isStopped == true } }
    }

    /// How it ended, if that is on record.
    package func exitRecord() throws(SupervisionError) -> ExitRecord? { try folder.exitRecord() }

    /// Its standard error so far, at most the last `limit` bytes, for evidence.
    package func standardError(limit: Int = 64 << 10) throws(SupervisionError) -> [UInt8] {
        do {
            return try FileSystem.readEnd(of: folder.standardError, limit: limit)
        } catch {
            throw .system(error)
        }
    }

    /// The lines of its standard output from a line's beginning on, also while it runs; see ``OutputLines``.
    ///
    /// - Parameters:
    ///   - offset: 0, or the ``OutputLine/endOffset`` of the last line that was dealt with.
    ///   - lineLimit: bytes kept of one line.
    ///   - torn: called when the output has stopped, for now, in the midst of a line: its rest may follow, or could not be written.
    package func lines(
        from offset: Int64 = 0, lineLimit: Int = 8 << 20, torn: (@Sendable () async -> Void)? = nil
    ) -> OutputLines {
        OutputLines(process: self, offset: offset, lineLimit: lineLimit, torn: torn)
    }
}

import CProcesses
import Glibc

/// The folder through which a shim is told what to run and tells what happened. Its files are listed in the shim's `shim.h`.
struct TurnFolder: Sendable, Hashable {
    /// An absolute path, so that it means the same to every process.
    let path: String

    var standardInput: String { path + "/stdin" }
    var standardOutput: String { path + "/stdout" }
    var standardError: String { path + "/stderr" }
    var specification: String { path + "/spec" }
    /// Locked by the shim for as long as it lives.
    var lock: String { path + "/lock" }
    /// The shim's own complaints.
    var log: String { path + "/shim.log" }
    var exit: String { path + "/exit" }

    /// Who supervises, or supervised; nil when nothing was started here.
    func shim() throws(SupervisionError) -> ProcessIdentity? { try identity("shim") }

    /// Who has taken the folder last, dead or alive: a shim that starts has, a moment before its records are there. Nil when nobody ever has.
    func holder() throws(SystemError) -> ProcessIdentity? {
        guard let named = FileLock.holder(of: lock) else { return nil }
        return ProcessIdentity(pid: named.pid, startTime: named.startTime, bootID: try ProcessIdentity.currentBootID())
    }

    /// The supervised process; nil when it was not started yet, or never will be.
    func child() throws(SupervisionError) -> ProcessIdentity? { try identity("child") }

    /// The control groups that the shim made for it; none when it was not started yet, or an earlier shim started it.
    func groups() throws(SupervisionError) -> ControlGroups {
        ControlGroups(fields: RecordFields(try read(path + "/child") ?? []))
    }

    /// By what its limits are kept; nil when it was not started yet, or an earlier shim started it.
    func confinement() throws(SupervisionError) -> Confinement? {
        RecordFields(try read(path + "/child") ?? []).text("limits").flatMap(Confinement.init(text:))
    }

    /// How it ended; nil when it has not, or nobody has recorded it.
    func exitRecord() throws(SupervisionError) -> ExitRecord? {
        guard let bytes = try record(exit) else { return nil }
        guard let record = ExitRecord(fields: RecordFields(bytes)) else { throw .malformed(file: exit) }
        return record
    }

    /// Records an end that the shim could not record, unless a record exists. On a full disk the room is used that the shim reserved.
    func write(_ record: ExitRecord) throws(SupervisionError) {
        let bytes = Array(record.text.utf8)
        do {
            try FileSystem.writeIfAbsent(bytes, to: exit)
        } catch {
            guard [ENOSPC, EDQUOT].contains(error.code) else { throw .system(error) }
            try writeIntoReserve(bytes, after: error)
        }
    }

    private func writeIntoReserve(_ bytes: [UInt8], after failure: SystemError) throws(SupervisionError) {
        do throws(SystemError) {
            guard try FileSystem.writeIfAbsent(bytes, to: exit, using: exit + ".new") else { throw failure }
        } catch {
            throw .system(error)
        }
    }

    /// Milliseconds since 1970 at which the child's identity was written, just before its program ran; 0 when it never was.
    func childStartMilliseconds() -> Int64 {
        var status = stat()
        guard stat(path + "/child", &status) == 0 else { return 0 }
        return Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }

    func read(_ file: String) throws(SupervisionError) -> [UInt8]? {
        do {
            return try FileSystem.readIfPresent(file)
        } catch {
            throw .system(error)
        }
    }

    /// Reads a record; one that a crash of the machine has left empty is none.
    func record(_ file: String) throws(SupervisionError) -> [UInt8]? {
        try read(file).flatMap { bytes in bytes.allSatisfy { $0 == 0 } ? nil : bytes }
    }

    private func identity(_ name: String) throws(SupervisionError) -> ProcessIdentity? {
        guard let bytes = try record(path + "/" + name) else { return nil }
        let fields = RecordFields(bytes)
        guard let pid = fields.number("pid").flatMap(Int32.init(exactly:)), pid > 1,
            let start = fields.number("start").flatMap(UInt64.init(exactly:)), let boot = fields.text("boot")
        else { throw .malformed(file: path + "/" + name) }
        return ProcessIdentity(pid: pid, startTime: start, bootID: boot)
    }
}

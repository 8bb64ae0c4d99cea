import FoundationEssentials
import Glibc
import Journal
import Orchestration

/// The run's state after some event, kept in the journal so that recovery need not fold every event from the first.
///
/// A snapshot only saves time. It counts only for the very program that wrote it: with another one the state may have another shape, or folding
/// another meaning, so the fold of all events stands in for it. Nobody has to remember to raise a number.
package struct RunSnapshot: Codable, Sendable, Equatable {
    /// The program that wrote it.
    private var program: String
    package var run: Run

    package init(_ run: Run, program: String = RunSnapshot.thisProgram) {
        self.program = program
        self.run = run
    }

    /// Without /proc every program is a different one, and snapshots are not used.
    package static let thisProgram: String = program(at: "/proc/self/exe") ?? "unknown \(UInt64.random(in: .min ... .max))"

    /// Tells builds apart by the executable's size and time of change; `nil` where there is none.
    package static func program(at path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    /// Events between two snapshots: recovery folds at most about this many.
    package static let interval: Int64 = 250

    /// A state with many tasks takes longer to write, and so gets fewer snapshots: in proportion, so that their share of the work stays the same.
    package static func interval(for run: Run) -> Int64 { max(interval, Int64(run.tasks.count / 8)) }

    /// The state without what there is much of as JSON, then that, packed: the files at which work meets, and the tasks. The lengths of the first
    /// two stand before all of it.
    package func encoded() throws -> [UInt8] {
        var head = self
        head.run.tasks = TaskRegister()
        head.run.heat = FileHeat()
        let json = try JSONEncoder().encode(head)
        let heat = run.heat.packed()
        var bytes: [UInt8] = []
        for count in [json.count, heat.count] { withUnsafeBytes(of: UInt32(count).littleEndian) { bytes.append(contentsOf: $0) } }
        bytes.append(contentsOf: json)
        bytes.append(contentsOf: heat)
        return bytes + (try PackedTasks.pack(run.tasks))
    }

    /// `nil` for a snapshot of another program.
    package static func decode(_ body: [UInt8]) -> RunSnapshot? {
        guard body.count >= 8 else { return nil }
        let lengths = body.withUnsafeBytes { bytes in
            [0, 4].map { Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))) }
        }
        let rest = body[8...]
        let packed = rest.dropFirst(lengths[0])
        // What cannot be read is as good as no snapshot.
        guard lengths[0] <= rest.count, lengths[1] <= packed.count,
            var snapshot = try? JSONDecoder().decode(RunSnapshot.self, from: Data(rest.prefix(lengths[0]))),
            snapshot.program == thisProgram,
            let heat = try? FileHeat(packed: packed.prefix(lengths[1])), let tasks = try? PackedTasks.unpack(packed.dropFirst(lengths[1]))
        else { return nil }
        snapshot.run.heat = heat
        snapshot.run.tasks = tasks
        return snapshot
    }
}

/// Writes a snapshot whenever enough events have come since the last one. Runs beside the engine, on what is durable already.
struct SnapshotWriter: Sendable {
    /// The event of the newest snapshot, once it is known.
    private var last: Int64?

    /// - Throws: `JournalError`, or an encoding error.
    mutating func consider(_ run: Run, at sequence: Int64, in journal: Journal) throws {
        let newest = try last ?? journal.latestSnapshot()?.sequence ?? 0
        last = newest
        guard sequence - newest >= RunSnapshot.interval(for: run) else { return }
        last = sequence
        try journal.writeSnapshot(sequence, try RunSnapshot(run).encoded())
    }
}

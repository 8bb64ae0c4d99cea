import Agents
import FoundationEssentials
import Processes

/// What an engine knows of a running turn from its output up to some byte, written down for the next engine.
///
/// It only saves reading. Like a snapshot it counts only for the very program that wrote it, and it counts only for the very process whose output
/// it is about; otherwise the output is read from its beginning.
struct TurnMemory: Codable, Sendable {
    private var program: String
    /// The process's supervisor.
    private var process: ProcessIdentity
    private var reader: Data
    var progress: TurnProgress
    /// Whether the turn was given up early.
    var gaveUp: Bool

    /// - Throws: an encoding error.
    init(
        _ reader: any TurnReading, progress: TurnProgress, gaveUp: Bool, of process: SupervisedProcess,
        program: String = RunSnapshot.thisProgram
    ) throws {
        self.program = program
        self.process = process.shim
        self.reader = try JSONEncoder().encode(reader)
        self.progress = progress
        self.gaveUp = gaveUp
    }

    func encoded() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }

    /// `nil` for a memory of another program or another process, or one that cannot be read.
    static func decode(_ body: [UInt8], of process: SupervisedProcess) -> TurnMemory? {
        // What cannot be read is as good as no memory.
        guard let memory = try? JSONDecoder().decode(TurnMemory.self, from: Data(body)), memory.program == RunSnapshot.thisProgram,
            memory.process == process.shim
        else { return nil }
        return memory
    }

    /// The reader as it was; `nil` when it is not of the kind of `reader`.
    func reader(like reader: any TurnReading) -> (any TurnReading)? {
        func decoded<Reader: TurnReading>(_: Reader) throws -> any TurnReading {
            try JSONDecoder().decode(Reader.self, from: self.reader)
        }
        // Of another kind: as good as no memory.
        return try? decoded(reader)
    }
}

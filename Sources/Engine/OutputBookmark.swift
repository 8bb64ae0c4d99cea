import Agents
import Glibc
import Journal
import Observability
import Orchestration
import Processes
import SystemPackage

/// Keeps with the journal how far a turn's output has been taken in and what is known from it, so that the next engine reads on from there.
///
/// - The reading never waits for it: the newest place is written by a task of its own, and places that it does not come to are left out.
/// - The pauses grow with the output (an eighth of it, at least `interval`), so that a flood makes a few dozen commits and not one a line.
/// - What it cannot write it leaves: the next engine then reads more than it had to, and comes to the same.
final class OutputBookmark {
    /// Bytes of output between two places, at least.
    static let interval: Int64 = 64 << 10

    private struct Place: Sendable {
        var offset: Int64
        var reader: any TurnReading
        var progress: TurnProgress
        var gaveUp: Bool
    }

    private let turn: TurnID
    private let process: SupervisedProcess
    private let journal: Journal?
    private let log: RunLog
    private let places: AsyncStream<Place>.Continuation
    private let worker: _Concurrency.Task<Void, Never>
    private var due = interval

    /// - Parameter journal: `nil`: nothing is kept, and every engine reads from the beginning.
    init(of turn: TurnID, _ process: SupervisedProcess, journal: Journal?, log: RunLog) {
        self.turn = turn
        self.process = process
        self.journal = journal
        self.log = log
        let (stream, continuation) = AsyncStream<Place>.makeStream(bufferingPolicy: .bufferingNewest(1))
        places = continuation
        worker = _Concurrency.Task {
            guard let journal else { return }
            var hasFailed = false
            for await place in stream {
                do {
                    let memory = try TurnMemory(place.reader, progress: place.progress, gaveUp: place.gaveUp, of: process)
                    try journal.writePosition(JournalPosition(turn: turn.name, offset: place.offset, body: memory.encoded()))
                } catch {
                    if !hasFailed { log.log(source: "cco", level: .warning, message: "\(turn)'s place is not kept: \(error)") }
                    hasFailed = true
                }
            }
        }
    }

    /// Brings a reader at the beginning, and the watch, to where an earlier engine had come.
    ///
    /// - Returns: from which byte on the output is to be read, and whether the turn had been given up.
    func takeUp(_ reader: inout any TurnReading, _ watch: ProgressWatch) -> (offset: Int64, gaveUp: Bool) {
        guard let place = lastPlace(), let memory = TurnMemory.decode(place.body, of: process), isLineEnd(place.offset),
            let earlier = memory.reader(like: reader)
        else { return (0, false) }
        reader = earlier
        watch.takeUp(memory.progress, isNews: place.offset >= process.standardOutputBytes)
        due = Self.next(after: place.offset)
        log.log(source: "cco", message: "\(turn)'s output is read on from byte \(place.offset)")
        return (place.offset, memory.gaveUp)
    }

    /// Notes that everything up to the end of `line` has been taken in, when it is time.
    func pass(_ line: OutputLine, _ reader: any TurnReading, _ watch: ProgressWatch, gaveUp: Bool) {
        guard line.endOffset >= due, line.isTerminated else { return }
        due = Self.next(after: line.endOffset)
        places.yield(Place(offset: line.endOffset, reader: reader, progress: watch.progress, gaveUp: gaveUp))
    }

    /// Nothing is kept any more; on return nothing is being written either.
    func close() async {
        places.finish()
        worker.cancel()
        await worker.value
    }

    deinit {
        places.finish()
        worker.cancel()
    }

    /// Where the next place is kept at the earliest.
    static func next(after offset: Int64) -> Int64 { offset + max(interval, offset / 8) }

    private func lastPlace() -> JournalPosition? {
        do {
            return try journal?.position(of: turn.name)
        } catch {
            log.log(
                source: "cco", level: .warning, message: "\(turn)'s output is read from the beginning, as its place cannot be: \(error)")
            return nil
        }
    }

    /// Whether a line of the output ends there: after a loss of power the output may be shorter than it was.
    private func isLineEnd(_ offset: Int64) -> Bool {
        guard offset > 0 else { return false }
        // An output that cannot be read is not read on from anywhere.
        guard let file = try? FileDescriptor.open(FilePath(process.directory + "/stdout"), .readOnly) else { return false }
        defer { try? file.close() }  // Read only: nothing is lost with a failed close.
        var byte: UInt8 = 0
        let count = try? withUnsafeMutableBytes(of: &byte) { try file.read(fromAbsoluteOffset: offset - 1, into: $0) }
        return count == 1 && byte == UInt8(ascii: "\n")
    }
}

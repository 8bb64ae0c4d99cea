import Glibc
import Synchronization

/// The signals that ask cco to stop, as a stream.
///
/// A handler writes the signal's number into a pipe, which is all that a handler may do; whoever reads the pipe decides. Unlike an ignored or
/// blocked signal, a handled one is at its default again in every program that cco starts.
final class Signals: Sendable {
    /// The write end of the pipe, for the handlers; -1 before the first use.
    private static let pipeEnd = Atomic<Int32>(-1)

    /// The numbers of the signals as they come. Holds a few: a person presses Ctrl-C more than once.
    let numbers: AsyncStream<Int32>

    /// Takes the signals for as long as the program lives.
    ///
    /// - Throws: `Failure` when the system gives no pipe.
    init(_ signals: [Int32]) throws {
        let pipe = try KernelPipe()
        let (stream, continuation) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingOldest(16))
        numbers = stream
        Blocking.start {
            var byte: UInt8 = 0
            while true {
                let count = read(pipe.readEnd, &byte, 1)
                if count == 1 { continuation.yield(Int32(byte)) }
                if count == 0 { return }
            }
        }
        Signals.pipeEnd.store(pipe.writeEnd, ordering: .releasing)
        for number in signals {
            signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Signals.pipeEnd.load(ordering: .acquiring), &byte, 1)
                errno = saved
            }
        }
    }

    /// A name for people: `SIGINT (Ctrl-C)`.
    static func name(of number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT (Ctrl-C)"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP (the terminal was closed)"
        default: "signal \(number)"
        }
    }
}

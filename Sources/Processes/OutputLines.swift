import CProcesses
import Glibc

/// The lines that a supervised process writes to its standard output, from an offset on and while it runs.
///
/// It ends when the process and all its descendants have ended and the last byte is delivered. Nothing is read before it is asked for,
/// so a slow reader costs no memory, and waiting for more costs no CPU: the kernel says when the file has grown.
package struct OutputLines: AsyncSequence, Sendable {
    package typealias Element = OutputLine

    let process: SupervisedProcess
    let offset: Int64
    let lineLimit: Int
    let torn: (@Sendable () async -> Void)?

    package func makeAsyncIterator() -> Iterator { Iterator(process: process, offset: offset, lineLimit: lineLimit, torn: torn) }

    package struct Iterator: AsyncIteratorProtocol {
        private let process: SupervisedProcess
        private var splitter: LineSplitter
        private var tail: Tail?
        /// Set once nobody writes any more; what is in the file then is all there will be.
        private var isComplete = false
        private let torn: (@Sendable () async -> Void)?

        fileprivate init(process: SupervisedProcess, offset: Int64, lineLimit: Int, torn: (@Sendable () async -> Void)?) {
            self.process = process
            self.torn = torn
            self.splitter = LineSplitter(offset: offset, limit: lineLimit)
        }

        /// The next line, or nil at the end.
        ///
        /// - Throws: `CancellationError`, ``SystemError`` or ``SupervisionError``.
        package mutating func next() async throws -> OutputLine? {
            try await next(isolation: nil)
        }

        /// The next line, or nil at the end.
        ///
        /// - Throws: `CancellationError`, ``SystemError`` or ``SupervisionError``.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> OutputLine? {
            if let line = splitter.next() { return line }
            // Watching begins before the first look, so that nothing can happen unseen in between.
            var tail = try self.tail ?? Tail(process)
            self.tail = tail
            while true {
                // Asked before reading: what was written before the end is then in the file.
                let wasComplete = isComplete
                let offset = splitter.readOffset
                if try splitter.fill({ buffer throws(SystemError) in try tail.read(into: buffer, at: offset) }) > 0 {
                    self.tail = tail
                    if let line = splitter.next() { return line }
                    continue
                }
                if wasComplete { return splitter.finish() }
                if FileSystem.exists(process.folder.exit) {
                    isComplete = true
                } else if tail.shimHasEnded() {
                    // Killed: its process may still run and write until its tree is ended.
                    _ = try await process.waitForExit()
                    isComplete = true
                } else {
                    if splitter.readOffset > splitter.lineOffset { await torn?() }
                    try await tail.untilSomethingHappens(isolation: actor)
                }
            }
        }
    }
}

/// What an iterator holds open while it follows a file.
private struct Tail {
    private let path: String
    private let output = Descriptor()
    private let shim: Descriptor?
    private let watches: [KernelEvents.Watch]
    private var wakes: AsyncStream<Void>.Iterator

    init(_ process: SupervisedProcess) throws(SystemError) {
        path = process.folder.standardOutput
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        wakes = stream.makeAsyncIterator()
        let folderWatch = try KernelEvents.shared.watch(folder: process.folder.path, wake)
        guard let descriptor = try process.shim.open() else {
            shim = nil
            watches = [folderWatch]
            return
        }
        let shim = Descriptor(descriptor)
        self.shim = shim
        watches = [folderWatch, try KernelEvents.shared.watch(descriptor: descriptor, wake)]
    }

    /// Reads at the offset; 0 when there is nothing more, or no file yet.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SystemError) -> Int {
        if output.number < 0 {
            output.number = cprocesses_open(path, O_RDONLY | O_NOFOLLOW, 0)
            if output.number < 0 && errno == ENOENT { return 0 }
            guard output.number >= 0 else { throw .current("open \(path)") }
        }
        while true {
            let count = pread(output.number, buffer.baseAddress, buffer.count, off_t(offset))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .current("read \(path)") }
            return count
        }
    }

    func shimHasEnded() -> Bool {
        guard let shim else { return true }
        var ready = pollfd(fd: shim.number, events: Int16(POLLIN), revents: 0)
        return poll(&ready, 1, 0) > 0
    }

    mutating func untilSomethingHappens(isolation actor: isolated (any Actor)?) async throws {
        guard await wakes.next(isolation: actor) != nil else { throw CancellationError() }
    }
}

/// Closes its descriptor with the last reference to it.
private final class Descriptor {
    var number: Int32

    init(_ number: Int32 = -1) { self.number = number }

    deinit {
        if number >= 0 { close(number) }
    }
}

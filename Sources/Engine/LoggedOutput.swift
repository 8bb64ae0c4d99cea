import Glibc
import SystemPackage

/// Remembers, beside an agent's output, how much of it is in the log, so that an engine that takes a running turn up goes on from there instead
/// of logging everything again.
///
/// What it remembers is a courtesy to readers of the log and decides nothing: it is written without a sync, and a line that was logged just
/// before a kill may be logged twice.
final class LoggedOutput {
    private let file: FileDescriptor
    /// Bytes of the output whose lines have been logged.
    private(set) var offset: Int64

    /// - Parameter folder: the turn's.
    /// - Throws: `Errno`.
    init(in folder: String) throws {
        let file = try FileDescriptor.open(FilePath(folder + "/logged"), .readWrite, options: [.create], permissions: [.ownerReadWrite])
        var text = [UInt8](repeating: 0, count: 20)
        let count = try text.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
        self.file = file
        offset = Int64(String(decoding: text[..<count], as: UTF8.self).prefix { $0.isNumber }) ?? 0
        // Takes its block of the disk now, when the turn can still wait for room; later writes need none.
        try advance(to: offset)
    }

    /// - Throws: `Errno`.
    func advance(to end: Int64) throws {
        offset = end
        // Always as long, so that a kill in the middle leaves no digits of a longer number behind.
        let digits = String(end)
        let text = String(repeating: "0", count: max(0, 19 - digits.count)) + digits + "\n"
        _ = try file.writeAll(toAbsoluteOffset: 0, Array(text.utf8))
    }

    deinit {
        close(file.rawValue)
    }
}

import FoundationEssentials
import Glibc
import SystemPackage

/// The conversation that an agent's program has stored in its configuration folder, read for what it says about cost.
///
/// The agent runs as the same user and can put anything in its place, so nothing here follows links, waits, or grows with the file.
struct StoredConversation: Sendable {
    /// The configuration folder.
    let folder: String
    /// The path below it, part by part; `nil` stands for a folder of any name.
    let path: [String?]
    /// Bytes that are read, from the end: a session's newest turn is its last part.
    var limit: Int64 = 64 << 20
    /// A longer line is passed over.
    var longestLine = 8 << 20

    /// Calls `body` with each line, without its newline. No such file has no lines.
    ///
    /// - Throws: `Errno`, once everything else was read.
    func forEachLine(_ body: (Data) -> Void) throws {
        var failure: (any Error)?
        for file in files() {
            do { try read(file, body) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func files() -> [String] {
        path.reduce([folder]) { places, part in
            guard let part else {
                // What cannot be listed holds no conversation.
                return places.flatMap { place in ((try? PrivateFiles.names(in: place)) ?? []).sorted().map { "\(place)/\($0)" } }
            }
            return places.map { "\($0)/\(part)" }
        }.filter(PrivateFiles.exists)
    }

    private func read(_ path: String, _ body: (Data) -> Void) throws {
        let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
        try file.closeAfter {
            var status = stat()
            guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { return }
            var offset = max(0, Int64(status.st_size) - limit)
            var isWhole = offset == 0
            var line = Data()
            let end = Int64(status.st_size)
            while offset < end {
                let piece = try [UInt8](unsafeUninitializedCapacity: Int(min(256 << 10, end - offset))) { buffer, count in
                    count = try file.read(fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(buffer))
                }
                if piece.isEmpty { return }
                offset += Int64(piece.count)
                var parts = piece.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
                while let part = parts.popFirst() {
                    if isWhole, line.count + part.count <= longestLine { line.append(contentsOf: part) } else { isWhole = false }
                    guard !parts.isEmpty else { break }
                    if isWhole, !line.isEmpty { body(line) }
                    (line, isWhole) = (Data(), true)
                }
            }
            // The last line has no newline while it is being written: a killed program has left half of it.
        }
    }
}

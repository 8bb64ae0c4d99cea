import FoundationEssentials
import Glibc

/// A private folder for one command, to be removed by whoever made it.
struct TemporaryFolder: Sendable {
    let path: String

    /// - Throws: `Failure`.
    init(_ purpose: String, environment: [String: String]) throws {
        let base = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        var template = Array("\(base)/cco-\(purpose)-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw SystemFailure.current("make a folder in \(base)") }
        path = made
    }

    /// Removes it also when the task is cancelled, as after Ctrl-C. Leaves the folder where it is when it cannot be removed: it is private, and
    /// the command's work is done.
    func remove() async {
        let path = path
        // A cancelled task starts no command, and removing takes one.
        _ = await Task { try? await FolderRemoval.remove(path) }.value
    }
}

import Engine
import Glibc
import Observability
import Synchronization

/// The redactor of a configuration for those who ask often, such as the pages for each answer: it is made anew when a file that it comes from has
/// changed. Reading and checking a whole configuration each time would cost more than most answers.
final class KeptRedactor: Sendable {
    private struct Kept {
        var redactor: Redactor
        /// What the files were like before they were read.
        var files: [String: FileState]
    }

    private let place: Place
    private let surroundings: Surroundings
    private let kept = Mutex<Kept?>(nil)

    init(_ place: Place, _ surroundings: Surroundings) {
        self.place = place
        self.surroundings = surroundings
    }

    /// - Throws: what `Place.redactor` throws; nothing is kept then.
    func redactor() throws -> Redactor {
        try kept.withLock { kept in
            if let known = kept, known.files == FileState.of(known.files.keys) { return known.redactor }
            // Which files there are is known only after they were read, so the first reading tells what to look at before the second.
            let before = FileState.of(try kept?.files.keys.map { $0 } ?? load().sources)
            let (redactor, sources) = try load()
            kept = Set(sources) == Set(before.keys) ? Kept(redactor: redactor, files: before) : nil
            return redactor
        }
    }

    private func load() throws -> (redactor: Redactor, sources: [String]) {
        try ConfiguredSecrets.load(place.folder, home: surroundings.home, environment: surroundings.environment)
    }

    /// What tells whether a file has been changed or replaced.
    private struct FileState: Equatable {
        private var device: UInt64 = 0
        private var number: UInt64 = 0
        private var size: Int64 = 0
        private var modified: [Int] = []

        static func of(_ paths: some Sequence<String>) -> [String: FileState] {
            Dictionary(paths.map { ($0, FileState($0)) }) { first, _ in first }
        }

        /// A file that is not there is all zeros.
        private init(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return }
            (device, number, size) = (UInt64(status.st_dev), UInt64(status.st_ino), Int64(status.st_size))
            // The second one cannot be set by anybody.
            modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
        }
    }
}

import Glibc

/// A private folder of one test, with a short path, removed at the end.
struct TemporaryFolder {
    let path: String

    /// Makes the folder, hands it to `body` and removes it with everything in it.
    static func with<Result>(_ body: (TemporaryFolder) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/cco-control-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(code: errno) }
        let folder = TemporaryFolder(path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        defer { folder.remove() }
        return try await body(folder)
    }

    var socketPath: String { path + "/control.sock" }

    /// The names in the folder.
    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func remove() {
        for name in names {
            unlink("\(path)/\(name)")
            rmdir("\(path)/\(name)")
        }
        rmdir(path)
    }

    struct Failure: Error {
        let code: Int32
    }
}

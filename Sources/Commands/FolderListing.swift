import Glibc

/// The names in a folder.
enum FolderListing {
    /// Sorted, without `.` and `..`.
    ///
    /// - Throws: `Failure` when the folder cannot be listed.
    static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { throw SystemFailure.current("list \(folder)") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

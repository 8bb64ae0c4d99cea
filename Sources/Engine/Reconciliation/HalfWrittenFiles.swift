/// Removes files that were being written when an engine died; what they were to replace is whole.
struct HalfWrittenFiles: ReconciliationDuty {
    let subject = "half-written files"
    /// Folders in which cco writes small files; not what is below them.
    let folders: [String]

    func reconcile() throws -> [String] {
        var removed: [String] = []
        for folder in folders where PrivateFiles.exists(folder) {
            for name in try PrivateFiles.names(in: folder).sorted() where name.hasSuffix(PrivateFiles.unfinished) {
                try PrivateFiles.remove("\(folder)/\(name)")
                removed.append(name)
            }
        }
        return removed.isEmpty ? [] : ["removed \(removed.joined(separator: ", "))"]
    }
}

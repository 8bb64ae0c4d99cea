import FoundationEssentials

/// Which file stands at a path.
struct FileIdentity: Equatable, Sendable {
    let isSocket: Bool
    private let device: String
    private let inode: String

    /// `nil` when there is no file that can be looked at.
    init?(_ path: String) {
        // The C library's `stat` is claimed by a module of NIO's here, so the attributes are asked for instead. A symbolic link is not followed.
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
            let device = facts[.systemNumber], let inode = facts[.systemFileNumber]
        else { return nil }
        isSocket = (facts[.type] as? FileAttributeType) == .typeSocket
        self.device = "\(device)"
        self.inode = "\(inode)"
    }
}

import Orchestration

extension HubRepository {
    /// An object, as git describes it.
    struct ObjectFacts: Sendable, Equatable {
        var id: ObjectID
        var type: String
        var size: Int
    }

    /// What `name` leads to; nil if there is nothing.
    ///
    /// - Parameter name: an id, or an id with `^{tree}` or with a colon and a path; without a line feed.
    func facts(_ name: String) async throws(GitError) -> ObjectFacts? {
        Self.facts(in: try await sessions.objects.line("info \(name)\n"))
    }

    private static func facts(in line: some StringProtocol) -> ObjectFacts? {
        let parts = line.split(separator: " ")
        guard parts.count == 3, let id = ObjectID(parts[0]), let size = Int(parts[2]) else { return nil }
        return ObjectFacts(id: id, type: String(parts[1]), size: size)
    }

    /// An object's content, for objects that are known to be small.
    func content(of id: ObjectID) async throws(GitError) -> [UInt8]? {
        let answer: [UInt8]?? = try await sessions.objects.ask(Array("contents \(id)\n".utf8)) { bytes in
            guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
            guard let facts = Self.facts(in: String(decoding: bytes[..<end], as: UTF8.self)) else {
                return (nil, taken: end - bytes.startIndex + 1)
            }
            // The content is followed by a line feed.
            let taken = end - bytes.startIndex + 1 + facts.size + 1
            guard bytes.count >= taken else { return nil }
            return (Array(bytes[(end + 1)..<(end + 1 + facts.size)]), taken: taken)
        }
        return answer ?? nil
    }

    /// Whether a path can be named in one line after a commit.
    static func isNameable(_ path: String) -> Bool { RelativePath.isSafe(path) && !path.utf8.contains(0x0A) && path.utf8.count < 4_000 }
}

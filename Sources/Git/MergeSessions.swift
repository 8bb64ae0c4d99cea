import Orchestration
import Processes

/// `git merge-tree --stdin`, kept to make many merges: one for each set of attributes, of which two are kept.
///
/// Before 2.50 git does not write an answer out before its buffer is full, so that whoever waits for the answer before asking on would wait
/// for ever. Therefore each request is followed by a merge whose conflict is known and takes more than that buffer to describe: it pushes the
/// answer before it out. Whether that works is tried once when a process is started, with a limit of its own; where it does not, or where git
/// is older than 2.39, merges are made by a process each.
actor MergeSessions {
    /// What a merge gave.
    enum Answer: Sendable, Equatable {
        case clean(tree: ObjectID)
        /// A conflict, or something that git has to be asked about in another way.
        case unclear
    }

    private let git: Git
    private let location: GitLocation
    private let patience: Duration
    private var sessions: [(place: String?, session: GitSession)] = []
    private var isUsable = true

    init(git: Git, location: GitLocation, patience: Duration) {
        self.git = git
        self.location = location
        self.patience = patience
    }

    /// - Parameters:
    ///   - place: the attributes, from ``HubRepository/attributesPlace(of:)``.
    ///   - padding: two commits that conflict at a long name; see ``HubRepository/mergePadding()``.
    func merge(
        _ ours: ObjectID, _ theirs: ObjectID, place: GitLocation?, padding: @Sendable () async throws(GitError) -> String
    ) async -> Answer {
        guard isUsable else { return .unclear }
        do throws(GitError) {
            let padding = try await padding()
            return try await session(place ?? location, padding: padding).ask(
                Array("\(ours) \(theirs)\n\(padding)\n".utf8), within: .seconds(600)
            ) { bytes in
                // What the padding of the request before has given comes first.
                guard let padded = MergeTreeAnswer(bytes), let answer = MergeTreeAnswer(bytes.dropFirst(padded.length)) else { return nil }
                return (answer.isClean ? .clean(tree: answer.tree) : .unclear, taken: padded.length + answer.length)
            }
        } catch {
            // Unrelated histories and damaged objects end it: the merge's own process says what is wrong. A git that cannot do this at all fails
            // each time, and need not be tried again.
            if error.detail.contains("usage:") || error.detail.contains(Self.isSilent) { isUsable = false }
            return .unclear
        }
    }

    private func session(_ place: GitLocation, padding: String) async -> GitSession {
        if let index = sessions.firstIndex(where: { $0.place == place.workTree }) {
            let found = sessions.remove(at: index)
            sessions.append(found)
            return found.session
        }
        let options = place.workTree == nil ? [] : ["-c", "core.bare=false"]
        let arguments = options + MergeTreeAnswer.settings + ["merge-tree", "--write-tree", "--stdin", "--messages"]
        let session = GitSession(git, arguments, at: place, patience: patience) { process throws(ChildCommandError) in
            do throws(ChildCommandError) {
                try await process.ask(Array("\(padding)\n\(padding)\n".utf8), within: .seconds(20)) { bytes in
                    MergeTreeAnswer(bytes).map { ((), taken: $0.length) }
                }
            } catch {
                guard case .timedOut(let command, let limit, _) = error else { throw error }
                throw .timedOut(command: command, after: limit, standardError: Self.isSilent)
            }
        }
        sessions.append((place.workTree, session))
        if sessions.count > 2 { await sessions.removeFirst().session.end() }
        return session
    }

    private static let isSilent = "it keeps its answers back"

    func end() async { for (_, session) in sessions { await session.end() } }
}

/// One answer of `git merge-tree --stdin --messages`: whether the merge is clean, the tree, and where the answer ends.
struct MergeTreeAnswer: Sendable, Equatable {
    static let settings = ["-c", "merge.conflictStyle=zdiff3", "-c", "merge.renames=true"]

    var isClean: Bool
    var tree: ObjectID
    /// In bytes.
    var length: Int

    /// Nil when the answer is not complete. Layout: `1` or `0`, the tree, the stages, an empty field, the messages (each the number of its
    /// paths, the paths, kind, text), an empty field; every field ends with NUL.
    init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        func field() -> ArraySlice<UInt8>? {
            guard let end = rest.firstIndex(of: 0) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return rest[..<end]
        }
        guard let status = field(), let name = field(), let tree = ObjectID(String(decoding: name, as: UTF8.self)) else { return nil }
        isClean = status.elementsEqual([UInt8(ascii: "1")])
        self.tree = tree
        while true {
            guard let stage = field() else { return nil }
            if stage.isEmpty { break }
        }
        while true {
            guard let number = field() else { return nil }
            // Advice about submodules, for people, can stand before the last NUL.
            guard !number.isEmpty, let count = Int(String(decoding: number, as: UTF8.self)), count >= 0 else { break }
            for _ in 0..<count + 2 where field() == nil { return nil }
        }
        length = rest.startIndex - bytes.startIndex
    }
}

extension HubRepository {
    /// Two commits, as `git merge-tree --stdin` takes them, that conflict at a name of more than a buffer's length. Made once.
    func mergePadding() async throws(GitError) -> String {
        if let known = await sessions.padding.value { return known }
        let name = String(repeating: "cco-padding-", count: 250)
        let submodules = ["1", "2"].map { String(repeating: $0, count: zeroID.utf8.count) }
        var commits: [ObjectID] = []
        // A base and one side that both have a submodule, and another side without it.
        for (number, entries) in [submodules[0], submodules[1], nil].enumerated() {
            let tree = try await makeTree(Array((entries.map { "160000 commit \($0)\t\(name)\0" } ?? "").utf8))
            commits.append(
                try await commitTree(
                    tree, parents: number == 0 ? [] : [commits[0]], message: "padding",
                    author: GitIdentity(name: "cco", email: "cco@localhost"), date: 0))
        }
        let padding = "\(commits[1]) \(commits[2])"
        await sessions.padding.set(padding)
        return padding
    }

    /// Writes a tree of entries as `git mktree -z` takes them.
    func makeTree(_ entries: [UInt8]) async throws(GitError) -> ObjectID {
        // An empty line ends each tree.
        let line = try await sessions.trees.line(entries + [0])
        guard let id = ObjectID(line) else { throw GitError(kind: .other, command: "git mktree", detail: "it printed \(line.prefix(100))") }
        return id
    }
}

/// What is worked out once for a hub.
actor MergePadding {
    private(set) var value: String?
    func set(_ value: String) { self.value = value }
}

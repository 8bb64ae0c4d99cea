import Orchestration
import Processes

/// Two commits of which one is merged into the other to see whether that works.
package struct TrialPair: Sendable, Hashable {
    /// The side merged into.
    package let ours: ObjectID
    package let theirs: ObjectID

    package init(ours: ObjectID, theirs: ObjectID) {
        self.ours = ours
        self.theirs = theirs
    }
}

/// What came of a trial merge.
package enum TrialOutcome: Sendable, Equatable {
    case clean
    /// The conflicting paths in git's order.
    case conflict([String])
    /// Git could not tell, as for histories without a common commit.
    case unknown
}

extension HubRepository {
    /// Pairs that one process may stumble over before the rest is left unknown.
    private static let mostStumbles = 5

    /// Tries which pairs of commits merge, in memory and without leaving anything behind: what git writes on the way goes into a folder that is
    /// removed, since the hub never drops an object.
    ///
    /// One process merges all pairs. One that git cannot merge at all ends it, so that pair is left out and another process does the rest.
    /// - Parameters:
    ///   - pairs: merged in this order.
    ///   - attributes: the commit whose `.gitattributes` count for all pairs.
    /// - Returns: an outcome for each pair, in the same order.
    /// - Throws: ``GitError``.
    package func trialMerges(_ pairs: [TrialPair], attributes: ObjectID) async throws(GitError) -> [TrialOutcome] {
        guard !pairs.isEmpty else { return [] }
        let attributed = try await attributesPlace(of: attributes)
        var place = attributed ?? location
        let scratch = try FolderHandle(path: scratchPath)
        let name = "trial-\(UInt64.random(in: .min ... .max))"
        _ = try scratch.makingFolder(name)
        place.environment["GIT_OBJECT_DIRECTORY"] = "\(scratchPath)/\(name)"
        // Quoted, since a colon would end the path.
        let quoted = objectsPath.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        place.environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = "\"\(quoted)\""
        let arguments =
            (attributed == nil ? [] : ["-c", "core.bare=false"])
            + ["-c", "merge.renames=true", "merge-tree", "--write-tree", "--stdin", "--name-only", "--messages"]
        let result: Result<[TrialOutcome], GitError>
        do throws(GitError) {
            result = .success(try await outcomes(of: pairs, arguments, at: place))
        } catch {
            result = .failure(error)
        }
        try scratch.removeTree(name)
        return try result.get()
    }

    private func outcomes(
        of pairs: [TrialPair], _ arguments: [String], at place: GitLocation
    ) async throws(GitError) -> [TrialOutcome] {
        var outcomes: [TrialOutcome] = []
        for _ in 0...Self.mostStumbles where outcomes.count < pairs.count {
            let input = pairs[outcomes.count...].map { "\($0.ours) \($0.theirs)\n" }.joined()
            let result = try await git.attempt(
                arguments, at: place, input: Array(input.utf8), timeout: .seconds(600), limit: 16 << 20, isInterruptible: true)
            // The exit code of git for an option that it does not know.
            if result.exit == .exited(129) {
                throw .invalid("git merge-tree --stdin", "this git cannot merge many pairs in one process; that needs git 2.39")
            }
            let told = TrialMergeOutput(result.standardOutput).outcomes.prefix(pairs.count - outcomes.count)
            outcomes += told
            if outcomes.count < pairs.count { outcomes.append(.unknown) }
        }
        return outcomes + Array(repeating: .unknown, count: pairs.count - outcomes.count)
    }
}

/// The output of `git merge-tree --write-tree --stdin --name-only --messages`, taken apart.
struct TrialMergeOutput: Sendable {
    /// Of the merges that git told of to the end.
    private(set) var outcomes: [TrialOutcome] = []

    /// Layout, for each merge: `1` for a clean one or `0`, the tree, the conflicting paths, an empty field, for each message the number of its
    /// paths, the paths, the kind and the text, and an empty field; every field ends with NUL.
    init(_ output: [UInt8]) {
        var fields = output.split(separator: 0, omittingEmptySubsequences: false)[...]
        while let outcome = Self.next(&fields) { outcomes.append(outcome) }
    }

    private static func next(_ fields: inout ArraySlice<ArraySlice<UInt8>>) -> TrialOutcome? {
        guard let status = text(fields.popFirst()), status == "0" || status == "1", fields.popFirst() != nil else { return nil }
        var paths: [String] = []
        while true {
            guard let path = text(fields.popFirst()) else { return nil }
            if path.isEmpty { break }
            if paths.last != path { paths.append(path) }
        }
        while true {
            guard let field = text(fields.popFirst()) else { return nil }
            if field.isEmpty { break }
            guard let count = Int(field), count >= 0, fields.count > count + 2 else { return nil }
            let about = fields.prefix(count).compactMap { text($0) }
            fields = fields.dropFirst(count)
            guard let kind = text(fields.popFirst()), fields.popFirst() != nil else { return nil }
            // A directory rename or a submodule can conflict without leaving any stage behind.
            guard kind.hasPrefix("CONFLICT"), !about.contains(where: paths.contains), let path = about.first else { continue }
            paths.append(path)
        }
        return status == "1" ? .clean : .conflict(paths)
    }

    private static func text(_ field: ArraySlice<UInt8>?) -> String? { field.map { String(decoding: $0, as: UTF8.self) } }
}

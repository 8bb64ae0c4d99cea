import Orchestration
import Processes

extension HubRepository {
    /// Where receipts are.
    package static let receiptsRef = "refs/notes/cco"

    /// Attaches a text to a commit; an older one at that commit is replaced.
    ///
    /// - Parameter notesRef: a ref below `refs/notes/`.
    /// - Throws: ``GitError``.
    package func addNote(_ commit: ObjectID, _ text: String, notesRef: String = receiptsRef) async throws(GitError) {
        try await addNotes([(commit, text)], notesRef: notesRef)
    }

    /// Attaches a text to each of some commits, all at once; older ones at those commits are replaced.
    ///
    /// The notes' ref moves in one step by compare-and-swap, so a crash leaves the old notes or the new ones, and a concurrent change
    /// is never lost.
    /// - Parameter notesRef: a ref below `refs/notes/`.
    /// - Throws: ``GitError``.
    package func addNotes(_ notes: [(commit: ObjectID, text: String)], notesRef: String = receiptsRef) async throws(GitError) {
        guard let last = notes.last else { return }
        let ref = try RefName.full(notesRef)
        try await originLock.withLock { () async throws(GitError) in
            for _ in 0..<5 {
                let old = try await resolve(ref)
                // They are written together, so the last one speaks for all.
                if old != nil, try await note(last.commit, notesRef: ref) == last.text { return }
                let new = try await notesCommit(on: old, notes)
                let text = "update \(ref) \(new.commit) \(old?.hex ?? zeroID)\ndelete \(new.scratch)"
                if await transact(text) { return }
                let swap = try await git.attempt(["update-ref", "--stdin"], at: location, input: Array((text + "\n").utf8))
                if swap.succeeded { return }
                try await deleteRef(new.scratch)
                if try await resolve(ref) == old { throw Git.failure(of: ["update-ref", "--stdin"], swap) }
            }
            throw GitError(kind: .other, command: "adding notes to commits", detail: "\(ref) was moved by others five times in a row")
        }
    }

    /// fast-import keeps the notes' folder layout, which git changes with their number.
    private func notesCommit(on old: ObjectID?, _ notes: [(commit: ObjectID, text: String)]) async throws(GitError) -> (
        commit: ObjectID, scratch: String
    ) {
        let scratch = "refs/cco/scratch/notes-\(UInt64.random(in: .min ... .max))"
        let message = "Notes of cco"
        var stream = "feature done\ncommit \(scratch)\ncommitter cco <cco@localhost> now\ndata \(message.utf8.count)\n\(message)\n"
        if let old { stream += "from \(old)\n" }
        for note in notes { stream += "N inline \(note.commit)\ndata \(note.text.utf8.count)\n\(note.text)\n" }
        stream += "done\n"
        // The scratch ref need not outlive a crash of the machine; what it leads to has to.
        let arguments = ["-c", "core.fsync=committed", "fast-import", "--quiet", "--date-format=now"]
        try await git.run(arguments, at: location, input: Array(stream.utf8))
        guard let new = try await resolve(scratch) else {
            throw GitError(kind: .other, command: "git fast-import", detail: "it reported success but made no notes commit")
        }
        return (new, scratch)
    }

    /// Which of some commits have a text attached; one question to git however many they are.
    package func noted(among commits: [ObjectID], notesRef: String = receiptsRef) async throws(GitError) -> Set<ObjectID> {
        let ref = try RefName.full(notesRef)
        guard !commits.isEmpty, try await resolve(ref) != nil else { return [] }
        if commits.count <= 16 {
            var noted: Set<ObjectID> = []
            for commit in commits where try await noteFacts(commit, ref) != nil { noted.insert(commit) }
            return noted
        }
        let wanted = Set(commits)
        let list = try await git.run(["notes", "--ref=\(ref)", "list"], at: location).outputText
        return Set(list.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { ObjectID($0) } }).intersection(wanted)
    }

    /// The text attached to a commit; nil if there is none.
    package func note(_ commit: ObjectID, notesRef: String = receiptsRef) async throws(GitError) -> String? {
        guard let facts = try await noteFacts(commit, try RefName.full(notesRef)) else { return nil }
        return String(decoding: try await blobContent(facts.id, limit: 64 << 20), as: UTF8.self)
    }

    /// Git names a note after its commit; once there are many, the first digits, two and two, become folders, not everywhere equally deep.
    private func noteFacts(_ commit: ObjectID, _ ref: String) async throws(GitError) -> ObjectFacts? {
        var folder = "\(ref):"
        var rest = commit.hex[...]
        while rest.count > 2 {
            if let note = try await facts(folder + rest), note.type == "blob" { return note }
            folder += rest.prefix(2)
            guard try await facts(folder)?.type == "tree" else { return nil }
            folder += "/"
            rest = rest.dropFirst(2)
        }
        return nil
    }

    /// Joins notes that another clone pushed into ours. Where both have one for the same commit, both texts are kept, one after the
    /// other.
    ///
    /// - Parameter theirs: the tip of their notes.
    func uniteNotes(_ notesRef: String, with theirs: ObjectID) async throws(GitError) {
        for _ in 0..<5 {
            guard let ours = try await resolve(notesRef) else {
                if try await compareAndSwap(ref: notesRef, new: theirs, old: nil) == .updated { return }
                continue
            }
            if try await isAncestor(theirs, of: ours) { return }
            let scratch = "refs/notes/cco-scratch/\(UInt64.random(in: .min ... .max))"
            try await setRef(scratch, to: ours)
            var place = location
            place.environment = [
                "GIT_AUTHOR_NAME": "cco", "GIT_AUTHOR_EMAIL": "cco@localhost",
                "GIT_COMMITTER_NAME": "cco", "GIT_COMMITTER_EMAIL": "cco@localhost",
            ]
            try await git.run(["notes", "--ref=\(scratch)", "merge", "--quiet", "-s", "union", theirs.hex], at: place)
            let merged = try await resolve(scratch)
            try await deleteRef(scratch)
            if let merged, try await compareAndSwap(ref: notesRef, new: merged, old: ours) == .updated { return }
        }
        throw GitError(kind: .other, command: "merging notes", detail: "\(notesRef) was moved by others five times in a row")
    }
}

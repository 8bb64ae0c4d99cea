import Glibc
import Processes

/// Brings files into cco's index. One that git refuses does not keep the others from being saved.
extension AgentRepository {
    private static let refusedMark = "cco-refused"

    /// What the last saving had to leave out, in git's words; empty when everything was saved.
    package func refused() throws(GitError) -> [String] {
        let content = try FolderHandle(path: controlDirectory).read(Self.refusedMark) ?? []
        return content.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    func setRefused(_ lines: [String]) throws(GitError) {
        let control = try FolderHandle(path: controlDirectory)
        if lines.isEmpty {
            try control.unlink(Self.refusedMark)
        } else {
            try control.ensure(Self.refusedMark, lines.joined(separator: "\n"))
        }
    }

    /// Adds all that is new or different.
    ///
    /// `git add` looks into submodules with a git command of its own, which would read configuration that the agent wrote: so every
    /// path that is a repository is kept from it.
    /// - Parameter submodules: of the index.
    /// - Returns: what git refuses, in its words.
    func addFiles(except submodules: [String], isSparse: Bool) async throws(GitError) -> [String] {
        // What the agent made outside the part that it holds counts as well.
        let arguments = Self.keepingFolders + ["add", "--all"] + (isSparse ? ["--sparse"] : [])
        var others = try await untracked()
        if !others.isHeldUp {
            let result = try await attempt(arguments, except: submodules + others.repositories + others.endless)
            if result.succeeded, !Self.isHeldUp(result) { return Self.tooLarge(others.endless) }
        }
        // An agent can leave files and folders that it made unreadable, and a repository can come to light with them.
        try await makeAccessible()
        others = try await untracked()
        let excluded = submodules + others.repositories + others.endless
        let result = try await attempt(arguments, except: excluded)
        if result.succeeded { return Self.tooLarge(others.endless) + (Self.isHeldUp(result) ? Self.complaints(of: result) : []) }
        do throws(GitError) {
            let refused = try await addWhatGoes(arguments + ["--ignore-errors"], except: excluded)
            try setUnencoded([])
            return Self.tooLarge(others.endless) + refused
        } catch {
            try setUnencoded([])
            throw error
        }
    }

    private func attempt(_ arguments: [String], except excluded: [String]) async throws(GitError) -> ChildCommandResult {
        let pathspecs = [":(top)"] + excluded.map { ":(top,exclude,literal)\($0)" }
        do throws(GitError) {
            return try await git.attempt(
                arguments + ["--pathspec-from-file=-", "--pathspec-file-nul"], at: control,
                input: Array(pathspecs.joined(separator: "\0").utf8), timeout: .seconds(600))
        } catch {
            // Git has no end with a tracked file that has become some terabytes, and is killed at the end of its time.
            guard error.kind == .other else { throw error }
            let endless = try await endlessFiles().filter { !excluded.contains($0) }
            if endless.isEmpty { throw error }
            let complaints = Self.tooLarge(endless).map { $0 + "\n" }
            return ChildCommandResult(exit: .exited(128), standardOutput: [], standardError: Array(complaints.joined().utf8))
        }
    }

    /// What git is not to be asked to add.
    private struct Untracked {
        /// Repositories that the agent made in the worktree.
        var repositories: [String] = []
        /// Files, sparse ones above all, with which git would come to no end.
        var endless: [String] = []
        /// Whether there are folders that could not be looked into.
        var isHeldUp: Bool
    }

    private func untracked() async throws(GitError) -> Untracked {
        let result = try await git.run(["ls-files", "-z", "--others", "--exclude-standard"], at: control, limit: 256 << 20)
        var found = Untracked(isHeldUp: Self.isHeldUp(result))
        for path in result.standardOutput.split(separator: 0) {
            if path.last == UInt8(ascii: "/") {
                found.repositories.append(String(decoding: path.dropLast(), as: UTF8.self))
            } else {
                let path = String(decoding: path, as: UTF8.self)
                if isEndless(path) { found.endless.append(path) }
            }
        }
        return found
    }

    private static func tooLarge(_ paths: [String]) -> [String] { paths.map { "error: '\($0)' is too large" } }

    /// Files of this size are nothing that a repository is for.
    private static let endlessSize = 4 << 30

    private func endlessFiles() async throws(GitError) -> [String] {
        let arguments = ["ls-files", "-z", "--others", "--modified", "--exclude-standard"]
        let output = try await git.run(arguments, at: control, timeout: .seconds(600), limit: 256 << 20).standardOutput
        let paths = output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return paths.uniqued.filter(isEndless)
    }

    private func isEndless(_ path: String) -> Bool {
        var status = stat()
        guard lstat(worktreePath + "/" + path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return status.st_size >= Self.endlessSize
    }

    /// Commands that are tried, each without what the one before died of.
    private static let tries = 40

    /// Adds file by file what can be added.
    ///
    /// Where git cannot convert a file, as with a `working-tree-encoding` in `.gitattributes` that the file does not have, its bytes are
    /// stored as they are.
    private func addWhatGoes(_ arguments: [String], except paths: [String]) async throws(GitError) -> [String] {
        var (excluded, unencoded, refused): ([String], [String], [String]) = (paths, [], [])
        var failure = GitError(kind: .other, command: "git add", detail: "was not run")
        for number in 0..<Self.tries {
            let result = try await attempt(arguments, except: excluded)
            if result.succeeded { return refused }
            failure = Git.failure(of: arguments, result)
            guard Self.isAboutFiles(failure, result) else { throw failure }
            let complaints = Self.complaints(of: result)
            guard !complaints.isEmpty else { throw failure }
            // Everything but what it named is in the index.
            if result.exit == .exited(1) { return refused + complaints }
            if complaints.contains(where: Self.isAboutEncoding) {
                unencoded += complaints.filter(Self.isAboutEncoding).compactMap(Self.path(in:))
                try setUnencoded(unencoded, all: number >= Self.tries / 2)
            } else {
                let new = complaints.compactMap(Self.path(in:)).filter { !excluded.contains($0) }
                guard !new.isEmpty else { throw failure }
                excluded += new
                refused += complaints
            }
        }
        throw failure
    }

    /// Whether a failure says something of the files, and not of the machine or of cco's own repository, which another try can find better.
    private static func isAboutFiles(_ failure: GitError, _ result: ChildCommandResult) -> Bool {
        switch failure.kind {
        case .diskFull, .outOfResources, .lockHeld, .cancelled: return false
        default: break
        }
        let text = result.errorText
        return text.range(of: "insert into database") == nil && text.range(of: "repository database") == nil
    }

    private static func isAboutEncoding(_ line: String) -> Bool {
        line.range(of: "if encoded as ") != nil || line.range(of: "failed to encode '") != nil
    }

    /// The lines that say what is wrong with which file. At most 50.
    private static func complaints(of result: ChildCommandResult) -> [String] {
        let lines = result.errorText.split(separator: "\n").map { String($0) }.filter { (line: String) -> Bool in
            if line.hasPrefix("warning: ") { return isBarrier(line) }
            return (line.hasPrefix("error: ") || line.hasPrefix("fatal: ")) && !line.hasSuffix("ing files failed")
        }
        let more = lines.count - 50
        return Array(lines.prefix(50)) + (more > 0 ? ["and \(more) more"] : [])
    }

    /// The path that is named between quotation marks.
    private static func path(in line: String) -> String? {
        guard let first = line.firstIndex(of: "'"), let last = line.lastIndex(of: "'"), first < last else { return nil }
        return String(line[line.index(after: first)..<last])
    }

    /// Has git store some files as they are, whatever their attributes say of their encoding; none ends that.
    ///
    /// - Parameter all: whether all files are.
    func setUnencoded(_ paths: [String], all: Bool = false) throws(GitError) {
        guard let info = try FolderHandle(path: controlDirectory).folder("info") else { return }
        guard all || !paths.isEmpty else { return try info.unlink("attributes") }
        let patterns = all ? ["*"] : paths.map(Self.attributePattern(for:))
        try info.ensure("attributes", patterns.map { "\($0) -working-tree-encoding\n" }.joined())
    }

    /// The `.gitattributes` pattern for exactly this path.
    private static func attributePattern(for path: String) -> String {
        let pattern = path.reduce(into: "/") { $0 += "\\*?[".contains($1) ? "\\\($1)" : "\($1)" }
        return "\"" + pattern.reduce(into: "") { $0 += "\\\"".contains($1) ? "\\\($1)" : "\($1)" } + "\""
    }
}

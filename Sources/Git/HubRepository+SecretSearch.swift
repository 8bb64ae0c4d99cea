import Glibc
import Orchestration

extension HubRepository {
    /// Whether publishing `to` would publish one of `secrets`: searches every commit that `to` has and `from` has not, for added lines,
    /// binary content, file names and messages. A secret that a later commit removed again is found too, since history is published.
    ///
    /// The secrets are compared in this process only: they reach no argument, no file and no other process.
    /// - Parameters:
    ///   - secrets: literal byte strings; empty ones are ignored.
    ///   - from: what is public already; nil means nothing is.
    ///   - known: what else is public already.
    ///   - other: another commit that is searched at the same time.
    /// - Returns: the path of the first hit, or which commit's message it is in; nil if there is none.
    package func addedContentContains(
        anyOf secrets: [[UInt8]], from: ObjectID?, without known: ObjectID? = nil, to: ObjectID, alsoTo other: ObjectID? = nil
    ) async throws(GitError) -> String? {
        var scanner = AddedContentScanner(secrets: secrets)
        let file = scratchFile("added")
        let arguments =
            [
                "log", "--no-show-signature", "--format=medium", "--no-notes", "--no-decorate", "--root", "-p", "-U0", "--text",
                "--no-renames", "--diff-merges=first-parent", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/",
                "--dst-prefix=b/", "--output=\(file)", to.hex,
            ] + (other.map { [$0.hex] } ?? []) + [from, known].compactMap { $0.map { "^\($0)" } } + ["--"]
        do throws(GitError) {
            try await git.run(arguments, at: location, timeout: .seconds(600))
            try Self.scan(file, with: &scanner)
            try removeScratch(file)
        } catch {
            try removeScratch(file)
            throw error
        }
        return scanner.found
    }

    private static func scan(_ path: String, with scanner: inout AddedContentScanner) throws(GitError) {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return }
            throw .system("reading \(path)")
        }
        defer { _ = close(file) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while scanner.found == nil {
            let count = read(file, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .system("reading \(path)") }
            if count == 0 { break }
            scanner.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        scanner.finish()
    }
}

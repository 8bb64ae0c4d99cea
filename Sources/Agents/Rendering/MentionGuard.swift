/// Makes a prompt safe to hand to the CLI, whatever it quotes.
enum MentionGuard {
    /// Puts a backslash before each `@` that the CLI would take for the mention of a file outside the repository, and attach the file.
    ///
    /// A mention is an `@` at the beginning of a line, after white space or after some punctuation outside ASCII. Only those that go
    /// on as a path from the root, the home folder, the folder above, or in quotes are changed: names such as `@Override` and the
    /// repository's own files are harmless.
    static func guarded(_ prompt: String) -> String {
        var output = String.UnicodeScalarView()
        var atWordStart = true
        var scalars = prompt.unicodeScalars.makeIterator()
        var current = scalars.next()
        while let scalar = current {
            let next = scalars.next()
            if scalar == "@", atWordStart, let next, "/~.\"".unicodeScalars.contains(next) { output.append("\\") }
            output.append(scalar)
            atWordStart = scalar.properties.isWhitespace || !scalar.isASCII
            current = next
        }
        return String(output)
    }
}

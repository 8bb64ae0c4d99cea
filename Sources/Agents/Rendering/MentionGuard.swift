/// Makes a prompt safe to hand to the CLI, whatever it quotes.
enum MentionGuard {
    /// Puts a backslash before each `@` that the CLI would take for the mention of a file outside the repository, and attach the file.
    ///
    /// A mention is an `@` at the beginning of a line or after white space. Only those that go on as a path from the root, the home
    /// folder, the folder above, or in quotes are changed: names such as `@Override` and the repository's own files are harmless.
    static func guarded(_ prompt: String) -> String {
        var output = ""
        output.reserveCapacity(prompt.utf8.count)
        var atWordStart = true
        var index = prompt.startIndex
        while index < prompt.endIndex {
            let character = prompt[index]
            let next = prompt.index(after: index)
            if character == "@", atWordStart, next < prompt.endIndex, "/~.\"".contains(prompt[next]) { output.append("\\") }
            output.append(character)
            atWordStart = character.isWhitespace
            index = next
        }
        return output
    }
}

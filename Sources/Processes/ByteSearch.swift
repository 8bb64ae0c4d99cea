import CProcesses

/// Looks for words in files of /proc. Views look at those of all processes while a person waits, so it is left to the system's library.
enum ByteSearch {
    /// Whether a word stands somewhere in a text with one of some bytes, or the text's begin, before it and one of some after it.
    ///
    /// - Parameter mayEnd: whether the text's end may be after it, too.
    static func contains(_ word: [UInt8], in text: [UInt8], after: [UInt8], before: [UInt8], mayEnd: Bool) -> Bool {
        text.withUnsafeBytes { text in
            word.withUnsafeBytes { word in
                guard let start = text.baseAddress, let wanted = word.baseAddress else { return false }
                var position = 0
                while position < text.count, let found = cprocesses_find(start + position, text.count - position, wanted, word.count) {
                    let index = found - start
                    let end = index + word.count
                    let begins = index == 0 || after.contains(text[index - 1])
                    if begins, end == text.count ? mayEnd : before.contains(text[end]) { return true }
                    position = index + 1
                }
                return false
            }
        }
    }
}

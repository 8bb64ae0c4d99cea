/// The files of a synthetic repository: 4.8 KB each on average and ten to a folder, so that 5,000 of them are 24 MB, and 50,000 are 240.
enum SyntheticFiles {
    /// Of a file, by its number: twenty folders of ten files below each folder of `src`.
    static func path(_ number: Int) -> String { "\(folder(of: number))/file\(number).txt" }

    static func folder(of number: Int) -> String { "src/part\(number / 200)/module\(number / 10 % 20)" }

    /// From 0.8 to 8.8 KB, the same for the same number. Lines differ as lines of code do, so that git packs them about as well.
    static func text(_ number: Int) -> String {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let size = 800 + next(8_000)
        var text = ""
        while text.utf8.count < size {
            text += String(repeating: "    ", count: next(4)) + words[next(words.count)] + " "
            text += "\(words[next(words.count)])\(next(1_000)) = \(words[next(words.count)])(\(next(100_000)))\n"
        }
        return text
    }

    private static let words = [
        "let", "var", "value", "count", "index", "result", "total", "request", "response", "buffer", "offset", "length", "parse", "render",
        "update", "insert",
    ]
}

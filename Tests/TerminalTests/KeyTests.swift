import Terminal
import Testing

@Suite("Keys of a terminal")
struct KeyTests {
    @Test("letters, sequences and control characters are told apart")
    func kinds() {
        var reader = KeyReader()
        #expect(reader.keys(in: "jé日".utf8) == [.character("j"), .character("é"), .character("日")])
        #expect(reader.keys(in: "\u{1B}[A\u{1B}OB\u{1B}[5~\u{1B}[1;5C".utf8) == [.up, .down, .pageUp, .right])
        #expect(reader.keys(in: "\r\t\u{7F}\u{3}".utf8) == [.enter, .tab, .backspace, .control("c")])
    }

    @Test("a lone escape is the key; a sequence that means nothing here is no key")
    func escapes() {
        var reader = KeyReader()
        #expect(reader.keys(in: [0x1B]) == [.escape])
        #expect(reader.keys(in: "\u{1B}[99~x\u{1B}[".utf8) == [.character("x")])
        #expect(reader.keys(in: "y\u{1B}[2".utf8) == [.character("y")])
        #expect(reader.keys(in: "z".utf8) == [.character("z")])
    }

    @Test("what is pasted is text: its lines are kept, what would act on a terminal is not, and what follows it are keys again")
    func paste() {
        var reader = KeyReader()
        let keys = reader.keys(in: "j\u{1B}[200~p\ry\r\n\té日\u{3}\u{1B}[A\u{85}\u{7F}\u{1B}[201~\rq".utf8)
        #expect(keys == [.character("j"), .paste("p\ny\n\té日[A"), .enter, .character("q")])
        #expect(reader.keys(in: "\u{1B}[200~\u{1B}[201~".utf8).isEmpty)
    }

    @Test("a paste is the same text wherever reads cut it", arguments: 1...40)
    func cutPaste(length: Int) {
        let bytes = Array("\u{1B}[200~p\r\ny\n\r日本語 \u{1B}[201\u{1B}[201~".utf8)
        var reader = KeyReader()
        var keys: [Key] = []
        for start in stride(from: 0, to: bytes.count, by: length) {
            keys += reader.keys(in: bytes[start..<min(bytes.count, start + length)])
        }
        // A first read of the escape byte alone is the escape key as well.
        if length == 1 { #expect(keys.removeFirst() == .escape) }
        let texts = keys.map { (key: Key) -> String in if case .paste(let text) = key { text } else { "a key: \(key)" } }
        #expect(texts.joined() == "p\ny\n\n日本語 [201")
        #expect(reader.keys(in: "q".utf8) == [.character("q")])
    }

    @Test("a paste whose end does not come goes on as text, and Ctrl-C by itself, or another paste, ends it")
    func unterminated() {
        var reader = KeyReader()
        #expect(reader.keys(in: "\u{1B}[200~p".utf8) == [.paste("p")])
        #expect(reader.keys(in: "y\r".utf8) == [.paste("y")])
        #expect(reader.keys(in: [0x03]) == [.control("c")])
        #expect(reader.keys(in: "q".utf8) == [.character("q")])
        #expect(reader.keys(in: "\u{1B}[200~p".utf8) == [.paste("p")])
        #expect(reader.keys(in: "\u{1B}[200~y\u{1B}[201~q".utf8) == [.paste("[200~y"), .character("q")])
    }

    @Test("a character that two reads cut comes whole, and bytes that are no text are no keys")
    func cut() {
        var reader = KeyReader()
        let bytes = Array("日".utf8)
        #expect(reader.keys(in: bytes.prefix(2)).isEmpty)
        #expect(reader.keys(in: bytes.dropFirst(2)) == [.character("日")])
        #expect(reader.keys(in: [0xFF, 0xFE, 0xFD, 0xFC, 0x61]) == [.character("a")])
    }
}

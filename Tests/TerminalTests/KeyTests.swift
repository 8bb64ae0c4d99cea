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
        #expect(reader.keys(in: "\u{1B}[200~x\u{1B}[".utf8) == [.character("x")])
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

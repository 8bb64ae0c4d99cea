import Observability
import Testing

@Suite("Control sequences")
struct ControlSequencesTests {
    @Test(
        "terminal sequences are removed",
        arguments: [
            ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("a\u{1B}[2K\u{1B}[1Ab", "ab"), ("\u{1B}]0;title\u{07}x", "x"),
            ("\u{1B}]8;;http://a\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"), ("\u{1B}]52;c;aGk=\u{9C}x", "x"), ("\u{1B}Pq#0\u{1B}\\x", "x"),
            ("\u{1B}(Bx", "x"), ("\u{1B}7x\u{1B}8", "x"), ("\u{9B}31mx", "x"), ("\u{9D}0;t\u{07}x", "x"),
        ])
    func removed(text: String, expected: String) {
        #expect(ControlSequences.sanitised(text) == expected)
    }

    @Test(
        "other controls and misleading marks are shown",
        arguments: [
            ("a\u{07}b", #"a\x07b"#), ("a\u{08}b\u{7F}", #"a\x08b\x7F"#), ("10%\r20%", #"10%\r20%"#), ("\u{0}", #"\x00"#),
            ("\u{85}", #"\x85"#),
            ("\u{1B}", #"\e"#), ("\u{1B}[", #"\e["#), ("a\u{202E}b", #"a\u{202E}b"#), ("\u{2066}x\u{2069}", #"\u{2066}x\u{2069}"#),
            ("\u{200B}\u{FEFF}", #"\u{200B}\u{FEFF}"#), ("\u{2028}", #"\u{2028}"#), ("\u{E0041}", #"\u{E0041}"#),
        ])
    func shown(text: String, expected: String) {
        #expect(ControlSequences.sanitised(text) == expected)
    }

    @Test(
        "JSON says the same when nothing in it acts on a terminal or misleads",
        arguments: [
            ("{\n  \"a\" : \"b\"\n}", "{\n  \"a\" : \"b\"\n}"), ("\"\u{9B}31mx\u{7F}\"", #""\u009b31mx\u007f""#),
            ("\"\u{202E}ü\u{2028}…\"", #""\u202eü\u2028…""#), ("\"\u{E0041}😀\"", #""\udb40\udc41😀""#),
        ])
    func json(text: String, expected: String) {
        #expect(ControlSequences.escaped(inJSON: text) == expected)
    }

    @Test("a sequence that does not end cannot hide the text behind it")
    func unterminated() {
        #expect(ControlSequences.sanitised("\u{1B}]0;rest of the line\nnext\u{07}") == "\\e]0;rest of the line\nnext\\x07")
        #expect(ControlSequences.sanitised("\u{1B}[31\u{1F600}") == "\\e[31\u{1F600}")
    }

    @Test("text, tabs and line feeds stay, and CR LF becomes LF", arguments: ["plain\ttext\n", "ünïcödé 👩‍👩‍👧 日本語\n"])
    func kept(text: String) {
        #expect(ControlSequences.sanitised(text) == text)
        #expect(ControlSequences.sanitised(text + "\r\n") == text + "\n")
    }

    @Test("nothing that a terminal acts on is left of any pair of characters")
    func pairs() {
        let scalars = (0..<0xA0).compactMap(Unicode.Scalar.init)
        for first in scalars {
            for second in scalars {
                var text = String(first)
                text.unicodeScalars.append(second)
                let left = ControlSequences.sanitised(text).unicodeScalars.filter {
                    ($0.value < 0x20 || 0x7F...0x9F ~= $0.value) && $0 != "\n" && $0 != "\t"
                }
                #expect(left.isEmpty)
            }
        }
    }

    @Test("each line is cut to the limit and says how much is missing")
    func cut() {
        #expect(ControlSequences.sanitised("123456\n12345\n\u{1B}[1m1234567", lineLimit: 5) == "12345… (1 more)\n12345\n12345… (2 more)")
        #expect(ControlSequences.cut("12345", lineLimit: 5) == "12345")
        #expect(ControlSequences.cut("äöü", lineLimit: 3) == "äöü")
    }
}

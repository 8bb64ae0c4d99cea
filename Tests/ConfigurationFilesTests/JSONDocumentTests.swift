import Testing

@testable import ConfigurationFiles

@Suite("The JSON reader")
struct JSONDocumentTests {
    private func read(_ text: String, confidential: Bool = false) throws -> JSONDocument {
        try JSONDocument(parsing: Array(text.utf8), file: "f.json", isConfidential: confidential)
    }

    @Test("keys and values know their line and column, counted in characters")
    func positions() throws {
        let members = try #require(try read("{\n  \"ä\": \"ö\", \"list\": [1,\n\ttrue]\n}").root.object)
        #expect(members.map(\.key) == ["ä", "list"])
        #expect(members[0].keyPosition == SourcePosition(line: 2, column: 3))
        #expect(members[0].value.position == SourcePosition(line: 2, column: 8))
        #expect(members[1].keyPosition == SourcePosition(line: 2, column: 13))
        let list = try #require(members[1].value.array)
        #expect(list.map(\.position) == [SourcePosition(line: 2, column: 22), SourcePosition(line: 3, column: 2)])
        #expect(list[1].boolean == true)
    }

    @Test("strings are unescaped, surrogate pairs included")
    func strings() throws {
        #expect(try read(#""a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00z""#).root.string == "a\"\\/\u{8}\u{C}\n\r\tä😀z")
    }

    @Test(
        "numbers follow the JSON grammar",
        arguments: [("0", 0.0), ("-1", -1), ("1.5", 1.5), ("2e3", 2000), ("-0.5E-1", -0.05), ("4.0", 4)])
    func numbers(text: String, value: Double) throws {
        #expect(try read(text).root.number == value)
    }

    @Test(
        "malformed numbers and words are refused",
        arguments: ["01", "1.", ".5", "+1", "1e", "-", "0x10", "NaN", "truely", "nul", "True", "1_000", "'a'", "abc"])
    func malformed(text: String) {
        #expect(problems { _ = try read(text) }.count == 1)
    }

    @Test("a whole number may be written with a fraction of zero, and nothing else counts as one")
    func integers() throws {
        #expect(try read("4.0").root.integer == 4)
        #expect(try read("4.5").root.integer == nil)
        #expect(try read("1e400").root.number == nil)
        #expect(try read("9223372036854775807").root.integer == .max)
    }

    @Test("comments, trailing commas and duplicate keys are all reported and reading goes on")
    func recoverable() throws {
        let document = try read(
            """
            { // first
              "a": 1, /* second
              comment */
              # third
              "b": [1, 2,],
              "a": 3,
            }
            """)
        #expect(
            document.problems.map(\.description) == [
                "f.json:1:3: JSON allows no comments; remove the comment",
                "f.json:2:11: JSON allows no comments; remove the comment",
                "f.json:4:3: JSON allows no comments; remove the comment",
                "f.json:5:13: JSON allows no comma before \"]\"; remove the comma",
                "f.json:6:3: the key \"a\" is there twice, first in line 2; keep one",
                "f.json:6:9: JSON allows no comma before \"}\"; remove the comma",
            ])
    }

    @Test(
        "what can't be read on is said with its place",
        arguments: [
            ("", "f.json:1:1: the file is empty"),
            ("  \n ", "f.json:2:2: the file is empty"),
            ("{\"a\" 1}", "f.json:1:6: expected \":\" after the key, found \"1\""),
            ("{\"a\": 1 \"b\": 2}", "f.json:1:9: expected \",\" or \"}\", found \"\\\"\"; the bracket was opened in line 1"),
            ("{a: 1}", "f.json:1:2: expected a key in double quotes, found \"a\"; put it in double quotes"),
            ("{'a': 1}", "f.json:1:2: expected a key in double quotes, found \"'\"; use double quotes"),
            ("[1,, 2]", "f.json:1:4: expected a value, found \",\"; remove the comma that stands alone"),
            ("[1\n", "f.json:2:1: expected \",\" or \"]\", found the end of the file; the bracket was opened in line 1"),
            ("[1,\n", "f.json:2:1: expected another element, found the end of the file; the bracket was opened in line 1"),
            ("{} {}", "f.json:1:4: expected the end of the file, found \"{\""),
            ("\"a\nb\"", "f.json:1:3: the string has no closing quote in its line; close it with \", or write a line break as \\n"),
            ("\"abc", "f.json:1:5: the string that begins in line 1 has no closing quote"),
            (#""\q""#, "f.json:1:2: a backslash begins no known escape here; write a backslash itself as \\\\"),
            (#""\ud800x""#, "f.json:1:2: a \\u escape is half of a surrogate pair"),
            (#""\u12g4""#, "f.json:1:6: \\u needs four hexadecimal digits"),
            ("yes", "f.json:1:1: expected a value, found \"yes\"; put it in double quotes"),
        ])
    func fatal(text: String, message: String) {
        #expect(problems { _ = try read(text) } == [message])
    }

    @Test("problems met before a fatal one are reported with it")
    func fatalWithEarlier() {
        #expect(
            problems { _ = try read("{ // note\n\"a\": ? }") } == [
                "f.json:1:3: JSON allows no comments; remove the comment",
                "f.json:2:6: expected a value, found \"?\"",
            ])
    }

    @Test("size, depth and encoding are limited")
    func limits() {
        let big = [UInt8](repeating: UInt8(ascii: " "), count: JSONDocument.sizeLimit + 1)
        #expect(
            problems { _ = try JSONDocument(parsing: big, file: "f") } == ["f: the file has 1048577 bytes; at most 1048576 are read"])
        #expect(problems { _ = try read(String(repeating: "[", count: 100_000)) }.first?.contains("nest deeper than 64 levels") == true)
        let latin = Array("{\n\"a\": \"".utf8) + [0xE4] + Array("\"}".utf8)
        #expect(problems { _ = try JSONDocument(parsing: latin, file: "f") } == ["f:2:1: the text is not UTF-8; save the file as UTF-8"])
    }

    @Test("a byte order mark is no part of the text")
    func byteOrderMark() throws {
        let root = try JSONDocument(parsing: [0xEF, 0xBB, 0xBF] + Array("1".utf8), file: "f").root
        #expect(root.integer == 1)
        #expect(root.position == SourcePosition(line: 1, column: 1))
    }

    @Test(
        "nothing of a confidential text is repeated",
        arguments: [
            "[hunter2]", "{hunter2: 1}", "{\"hunter2\": 1, \"hunter2\": 2, // hunter2\n} hunter2", "[12hunter2]", "[\"hunter2\" hunter2]",
            "[\"hunter2\nhunter2\"]", "hunter2",
        ])
    func confidential(text: String) {
        let printed = problems { _ = try read(text, confidential: true) }
        #expect(!printed.isEmpty)
        #expect(!printed.joined().contains("hunter"))
    }

    @Test("a million bytes on one line are read in one pass")
    func longLine() throws {
        let text = "[" + String(repeating: "1,", count: 500_000) + "2]"
        #expect(try read(text).root.array?.last?.position == SourcePosition(line: 1, column: 1_000_002))
    }
}

import Foundation
import Observability
import Testing

@Suite("Redactor")
struct RedactorTests {
    /// Made up, like all values here.
    static let key = "sk-ant-api03-Qm9ndXMta2V5LWZvci10ZXN0cw_0123456789abcdef-AA"
    static let password = #"p"a\ss/wörd & more+1"#
    static let redactor = Redactor(secrets: [
        Secret(name: "key-1", value: key), Secret(name: "DB_PASSWORD", value: password), Secret(name: "tiny", value: "abc"),
        Secret(name: "short", value: "hunter22"),
    ])

    @Test("a secret is replaced by its name, wherever it stands and however often")
    func literal() {
        let text = "\(Self.key) then '\(Self.key)' and hunter22,\(Self.password)."
        #expect(Self.redactor.redacted(text) == "<redacted:key-1> then '<redacted:key-1>' and <redacted:short>,<redacted:DB_PASSWORD>.")
        #expect(Self.redactor.redacted(Self.key) == "<redacted:key-1>")
    }

    @Test(
        "text without secrets stays as it is",
        arguments: [
            "", "a", "hunter2", "hunter 22", "task-ant-hill-worker", "Bearer of bad news", "see https://example.com:8080/a@b?c=d",
            "git@github.com:owner/name", "ssh://git@host/path", "sk-ant-", "ghp_short", "10:20://", "ünïcödé \u{1F600}",
            "0123456789abcde",
        ])
    func untouched(text: String) {
        #expect(Self.redactor.redacted(text) == text)
    }

    @Test("bytes that are no UTF-8 stay as they are and hide nothing")
    func invalidText() {
        let bytes = [0xFF, 0xFE] + Array(Self.key.utf8) + [0xC3]
        #expect(Self.redactor.redacted(bytes) == [0xFF, 0xFE] + Array("<redacted:key-1>".utf8) + [0xC3])
    }

    @Test("a secret is found as HTML writes it")
    func html() {
        let redactor = Redactor(secrets: [Secret(name: "marked", value: #"<a&b>"c'd-e-f"#)])
        #expect(redactor.redacted("<p>&lt;a&amp;b&gt;&quot;c&#39;d-e-f</p>") == "<p><redacted:marked></p>")
    }

    @Test("base64 is found at each of the three alignments, in both alphabets", arguments: [0, 1, 2, 3, 4, 5, 31], [false, true])
    func base64(offset: Int, urlSafe: Bool) {
        for (secret, name) in [(Self.key, "key-1"), (Self.password, "DB_PASSWORD"), ("hunter22", "short")] {
            let plain = Array(repeating: UInt8(ascii: "~"), count: offset) + Array(secret.utf8) + Array("???".utf8)
            var encoded = Data(plain).base64EncodedString()
            if urlSafe { encoded = encoded.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_") }
            let redacted = Self.redactor.redacted(encoded)
            #expect(redacted.contains("<redacted:\(name)>"))
            // Only characters that are shared with the neighbours may be left.
            let rest = redacted.replacingOccurrences(of: "<redacted:\(name)>", with: "")
            #expect(rest.utf8.count <= encoded.utf8.count - secret.utf8.count * 8 / 6 + 2)
        }
    }

    @Test("base64 in folded lines is found across the line breaks", arguments: ["\n", "\r\n", "\\n", "\\r\\n"])
    func foldedBase64(lineBreak: String) {
        let encoded = Array(Data("x=\(Self.key)\ny".utf8).base64EncodedString())
        let folded = stride(from: 0, to: encoded.count, by: 20).map { String(encoded[$0..<min($0 + 20, encoded.count)]) }
        let redacted = Self.redactor.redacted(folded.joined(separator: lineBreak))
        #expect(redacted.components(separatedBy: "<redacted:key-1>").count == 2)
        #expect(redacted.count < 40)
        // And line by line, as a log gets it.
        for line in folded.dropFirst().dropLast(2) { #expect(Self.redactor.redacted(line) == "<redacted:key-1>") }
    }

    @Test("percent-encoded forms are found")
    func percentEncoded() throws {
        let upper = try #require(Self.password.addingPercentEncoding(withAllowedCharacters: .alphanumerics.intersection(.urlHostAllowed)))
        #expect(Self.redactor.redacted("?q=\(upper)&x") == "?q=<redacted:DB_PASSWORD>&x")
        let form = "p%22a%5Css%2Fw%C3%B6rd+%26+more%2B1"
        #expect(Self.redactor.redacted("q=\(form)") == "q=<redacted:DB_PASSWORD>")
        #expect(Self.redactor.redacted("q=p%22a%5css%2fw%c3%b6rd%20%26%20more%2b1") == "q=<redacted:DB_PASSWORD>")
    }

    @Test("JSON strings are found, escaped once or twice, with and without escaped slashes and letters")
    func json() throws {
        let once = String(decoding: try JSONEncoder().encode([Self.password]), as: UTF8.self)
        #expect(Self.redactor.redacted(once) == #"["<redacted:DB_PASSWORD>"]"#)
        let twice = String(decoding: try JSONEncoder().encode([once]), as: UTF8.self)
        #expect(Self.redactor.redacted(twice) == #"["[\"<redacted:DB_PASSWORD>\"]"]"#)
        #expect(Self.redactor.redacted(#"p\"a\\ss/w\u00f6rd & more+1!"#) == "<redacted:DB_PASSWORD>!")
    }

    @Test("the first twenty characters of a key are found, and so are the last")
    func fragments() {
        #expect(Self.redactor.redacted("key \(Self.key.prefix(20))…") == "key <redacted:anthropic-key>…")
        #expect(Self.redactor.redacted("key …\(Self.key.suffix(20))") == "key …<redacted:key-1>")
        let token = "wxyz-0123456789-abcdefghij-KLMNOP"
        let redactor = Redactor(secrets: [Secret(name: "t", value: token)])
        for length in 16..<33 { #expect(redactor.redacted("(\(token.prefix(length)))") == "(<redacted:t>)") }
        #expect(redactor.redacted("(\(token.prefix(15)))") == "(\(token.prefix(15)))")
    }

    @Test(
        "credentials of well-known looks are found without being configured",
        arguments: [
            ("k=sk-ant-oat01-AbCdEfGhIjKl_-9.", "k=<redacted:anthropic-key>."),
            (#"{"a":"x\nsk-ant-oat01-AbCdEfGh"}"#, #"{"a":"x\n<redacted:anthropic-key>"}"#),
            ("ghp_0123456789abcdefghijABCDEFGHIJ012345,", "<redacted:github-token>,"),
            ("github_pat_11ABCDEFG0123456789_abcdef", "<redacted:github-token>"),
            ("Authorization: Bearer abc.def-0123456789~+/==\n", "Authorization: Bearer <redacted:bearer-token>\n"),
            ("authorization: bearer 0123456789abcdef0", "authorization: bearer <redacted:bearer-token>"),
            ("https://me:secret@example.com/x", "https://<redacted:url-credentials>@example.com/x"),
            ("https://me:p@ss:w@example.com/x", "https://<redacted:url-credentials>@example.com/x"),
            ("https://0123456789abcdef@host", "https://<redacted:url-credentials>@host"),
            ("AKIAABCDEFGHIJKLMNOP", "<redacted:aws-key>"), ("glpat-0123456789abcdef01", "<redacted:gitlab-token>"),
            ("xoxb-0123456789-abc", "<redacted:slack-token>"),
        ])
    func shapes(text: String, expected: String) {
        #expect(Self.redactor.redacted(text) == expected)
    }

    @Test("credentials in a URL are replaced however long they are, with what follows them up to an end; a host stays as it is")
    func longCredentials() {
        let word = String(repeating: "Kw", count: 2_000)
        for text in ["me:\(word)@host", "me:p@ss\(word)@host", word] {
            #expect(Self.redactor.redacted("see https://\(text)/x y") == "see https://<redacted:url-credentials>/x y")
        }
        let known = "https://me:\(String(repeating: "K", count: 1_000))@host/x"
        #expect(Self.redactor.redacted(known) == "https://<redacted:url-credentials>@host/x")
        let host = "https://\(String(repeating: "h", count: 1_000))/x"
        #expect(Self.redactor.redacted(host) == host)
    }

    @Test("a configured secret keeps its name behind Bearer")
    func namedBearer() {
        #expect(Self.redactor.redacted("Bearer \(Self.key)") == "Bearer <redacted:key-1>")
    }

    @Test("values that are too short are not looked for, but named")
    func tooShort() {
        #expect(Self.redactor.ignoredNames == ["tiny"])
        #expect(Self.redactor.redacted("abc") == "abc")
    }

    @Test("neither a secret nor a redactor prints what it hides")
    func descriptions() {
        let secret = Secret(name: "key-1", value: Self.key)
        var dumped = ""
        dump(secret, to: &dumped)
        dump(Self.redactor, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(Self.redactor)", String(reflecting: Self.redactor), dumped] {
            #expect(!text.contains("sk-ant") && !text.contains("115, 107"))
        }
    }

    @Test("a name cannot break out of its brackets")
    func hostileName() {
        let redactor = Redactor(secrets: [Secret(name: "a>\"\n<b", value: "0123456789")])
        #expect(redactor.redacted("0123456789") == "<redacted:a----b>")
    }

    @Test("twenty secrets are told apart in a large text")
    func many() {
        let secrets = (0..<20).map { Secret(name: "s\($0)", value: "common-beginning-\($0 * 7_919 + 100_000)-end") }
        let redactor = Redactor(secrets: secrets)
        let filler = String(repeating: "Compiling module 12 of 400: no secret here. ", count: 20)
        let text = (0..<20).map { "\(filler)common-beginning-\($0 * 7_919 + 100_000)-end" }.joined()
        #expect(redactor.redacted(text) == (0..<20).map { "\(filler)<redacted:s\($0)>" }.joined())
    }
}

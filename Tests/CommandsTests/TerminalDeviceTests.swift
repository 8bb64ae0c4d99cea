import Testing

@testable import Commands

@Suite("What a terminal can show")
struct TerminalDeviceTests {
    @Test(
        "characters beyond ASCII are for terminals whose locale has them: of LC_ALL, LC_CTYPE and LANG the first that is set counts",
        arguments: [
            ([:], true), (["LANG": "C"], true), (["LANG": "C.UTF-8"], false), (["LANG": "de_DE.utf8"], false),
            (["LANG": "en_US.UTF-8", "LC_ALL": "C"], true), (["LANG": "C", "LC_CTYPE": "C.UTF-8"], false),
            (["LC_CTYPE": "C.UTF-8", "LC_ALL": "POSIX"], true), (["LC_ALL": "", "LC_CTYPE": "", "LANG": "C.UTF-8"], false),
            (["LANG": "en_US.ISO-8859-1"], true),
        ])
    func characters(environment: [String: String], isASCII: Bool) {
        #expect(TerminalDevice.isASCII(environment) == isASCII)
    }
}

import Agents
import Foundation
import Observability
import Orchestration
import Processes
import Testing

@testable import Engine

@Suite("What the log shows of a turn")
struct LoggedWordsTests {
    private static let secret = "QmgnUzXv-WtJkRyLpHgFd-ZbNcVx"
    /// Nearly as long as what is known of a line.
    private static let longSecret = (1_000..<1_296).map { "q" + String($0, radix: 36, uppercase: true) }.joined()
    private static let redactor = Redactor(secrets: [
        Secret(name: "key", value: secret), Secret(name: "long", value: longSecret),
    ])

    /// Both files after the agent has said a text.
    private func logged(_ text: String) throws -> [String] {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let log = try RunLog.create(
            in: folder.path + "/logs", redactor: Self.redactor, clock: { Timestamp(milliseconds: 1_800_000_000_000) })
        var reader = TurnReader(resuming: false)
        let line = Array(#"{"type":"assistant","message":{"content":[{"type":"text","text":"\#(text)"}]}}"#.utf8)
        let observation = reader.take(line[...])
        var words = LoggedWords(of: .sample(), in: log, place: try LoggedOutput(in: folder.path))
        try words.take(observation, OutputLine(bytes: line, endOffset: Int64(line.count) + 1))
        log.close()
        return try ["combined.log", "events.jsonl"].map { try String(contentsOfFile: "\(log.folder)/\($0)", encoding: .utf8) }
    }

    /// Whether four characters of the secret in a row are in it.
    private func hasPart(_ text: String, of secret: String) -> Bool {
        (0...(secret.count - 4)).contains { text.contains(String(secret.dropFirst($0).prefix(4))) }
    }

    @Test("a line is cut at 240 characters, and one that ends with an ellipsis of its own is whole")
    func cut() throws {
        for file in try logged(String(repeating: "x", count: 300)) {
            #expect(file.contains(String(repeating: "x", count: 240) + "…") && !file.contains(String(repeating: "x", count: 241)))
        }
        for file in try logged(String(repeating: "x", count: 240)) {
            #expect(file.contains(String(repeating: "x", count: 240)) && !file.contains("…"))
        }
        for file in try logged("Let me look…") { #expect(file.contains("Let me look…")) }
    }

    @Test("no part of a secret that goes on behind the cut is shown", arguments: [225, 230, 235, 239])
    func secretAtCut(position: Int) throws {
        let words = String(repeating: "a ", count: position).prefix(position)
        for file in try logged("\(words)\(Self.secret) and so on, for long enough to be cut") {
            #expect(!hasPart(file, of: Self.secret), "\(file)")
            #expect(file.contains("…"))
        }
    }

    @Test("credentials in a URL whose end is behind the cut are not shown")
    func credentialsAtCut() throws {
        let password = String(repeating: "Kw", count: 109) + "K"
        let text = "git clone https://bot:\(password)@host/x"
        #expect(Array(text)[241] == "@")
        for file in try logged(text) { #expect(file.contains("git clone https://<redacted:url-credentials>@host/x"), "\(file)") }
        // Their end is not even known to who writes the log.
        for file in try logged("git clone https://bot:\(String(repeating: "Kw", count: 2_000))@host/x") {
            #expect(file.contains("git clone https…") && !file.contains("KwK"), "\(file)")
        }
    }

    @Test("nor is the beginning of a secret at the end of what is known, where so much is taken out before it that the end is shown")
    func secretAtEnd() throws {
        for known in [4, 9, 14, 19] {
            let filling = String(repeating: "y", count: 960 - known - Self.longSecret.count - 2)
            let text = "\(Self.longSecret) \(filling) \(Self.secret) and so on"
            for file in try logged(text) {
                #expect(file.contains("<redacted:long> yyyy"), "\(file)")
                #expect(!hasPart(file, of: Self.secret) && !hasPart(file, of: Self.longSecret), "\(file)")
            }
        }
    }

    @Test("views are told an argument in the same way")
    func argument() {
        let password = String(repeating: "Kw", count: 300)
        var activity = TurnActivity(step: .tool)
        for end in ["@host/x", "…"] {
            let argument = "git clone https://bot:\(password)\(end)"
            activity.tools = [.init(name: "Bash", argument: argument, since: Timestamp(milliseconds: 0))]
            let shown = activity.shown(by: Self.redactor).tools.first?.argument
            #expect(shown?.hasPrefix("git clone https") == true && shown?.contains("KwK") == false, "\(shown ?? "")")
        }
    }

    @Test("words of a failure are kept without secrets, and cut after these are out")
    func failure() {
        let words = String(repeating: "x", count: 690)
        let (long, kept) = ("\(words) \(Self.secret) and so on", "\(words) <redacted…")
        let ends: [(TurnEnd, TurnEnd)] = [
            (.failed(long), .failed(kept)), (.provider(long), .provider(kept)),
            (.credential(.refused(message: long)), .credential(.refused(message: kept))),
            (.credential(.unpaid(message: long)), .credential(.unpaid(message: kept))),
            (
                .credential(.exhausted(resetsAt: Timestamp(milliseconds: 1), message: long)),
                .credential(.exhausted(resetsAt: Timestamp(milliseconds: 1), message: kept))
            ),
            (.failed("short"), .failed("short")), (.reported(long), .reported(long)), (.silent, .silent),
        ]
        for (end, expected) in ends { #expect(end.kept(by: Self.redactor) == expected) }
    }
}

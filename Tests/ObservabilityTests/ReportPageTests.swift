import Foundation
import Observability
import Orchestration
import Testing

@Suite("The report as a page")
struct ReportPageTests {
    private let hostile = "</title><script>alert(1)</script><img src=x onerror='alert(2)'>&\"\u{1B}[2J\u{202E}"

    private func page(_ timeline: Bool = true) -> String {
        var fixture = RunReportFixture()
        fixture.add(1, hostile)
        fixture.add(2, "Another")
        fixture.finish(1, by: 1, turn: 1, cost: 0.25)
        fixture.land(1, candidate: 1)
        fixture.apply(.taskSettled(ID("task", 2), .dropped(hostile)))
        fixture.apply(.directorWants(complete: true, summary: hostile), .finishing(.complete), .ended(.complete))
        var drawn = Timeline()
        for one in fixture.recorded { drawn.take(one.event, at: one.time, sequence: one.sequence) }
        let facts = RunReportFacts(
            direction: [hostile], logFolder: "/logs", fetchCommand: "git fetch", kept: [KeptCommit(ref: "refs/cco/kept/x", why: hostile)],
            landed: [])
        return RunReport(run: fixture.run, facts: facts, at: fixture.now).html(timeline: timeline ? drawn : nil)
    }

    @Test("what others wrote is text in it, and it needs nothing beside itself")
    func harmless() {
        let page = page()
        #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("\u{1B}"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;&quot;"))
        for part in ["src=\"", "http://", "url(", "@import", " style=", " onclick"] {
            #expect(!page.replacing(" src=x", with: "").contains(part), "\(part)")
        }
        #expect(page.contains("<svg") && !self.page(false).contains("<svg"))
    }

    @Test("its picture stays small, however much has happened, and what went wrong is still seen in it")
    func dense() {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        for turn in 1...8_000 {
            fixture.begin(.work(ID("task", 1)), of: ID("worker", 1), role: .worker, turn: turn)
            let end = turn == 4_000 ? RunReportFixture.outcome(.failed("x"), cost: 0) : RunReportFixture.outcome(cost: 0)
            fixture.apply(.turnEnded(ID("turn", turn), end))
        }
        var drawn = Timeline()
        for one in fixture.recorded { drawn.take(one.event, at: one.time, sequence: one.sequence) }
        let facts = RunReportFacts(direction: [], logFolder: "/logs", fetchCommand: "git fetch", kept: [], landed: [])
        let page = RunReport(run: fixture.run, facts: facts, at: fixture.now).html(timeline: drawn)
        #expect(page.utf8.count < 100_000, "\(page.utf8.count)")
        #expect(page.split(separator: "<rect").count < 20 && page.contains("#d64545") && page.contains("8000 turns"))
    }

    @Test("it says what people were asked, what the answer was and who gave it")
    func questions() throws {
        var fixture = RunReportFixture()
        fixture.add(1, "Parse dates")
        for (number, text) in [(1, "Which <colour>?"), (2, "Which size?"), (3, "Which name?")] {
            fixture.apply(
                .questionAsked(
                    Question(
                        id: ID("question", number), agent: ID("worker", 1), task: ID("task", 1), text: text, options: ["red", "green"],
                        fallback: "red", askedAt: fixture.now, deadline: nil)))
        }
        fixture.apply(.questionAnswered(ID("question", 1), "green", by: "Ada"), .questionAnswered(ID("question", 2), "red", by: nil))
        let facts = RunReportFacts(direction: [], logFolder: "/logs", fetchCommand: "git fetch", kept: [], landed: [])
        let report = RunReport(run: fixture.run, facts: facts, at: fixture.now)
        let markdown = report.markdown()
        #expect(markdown.contains("- question-1, worker-1 about task-1: Which \\<colour\\>? **answered by Ada**: green"), "\(markdown)")
        #expect(markdown.contains("Which size? **nobody answered in time; the default was taken**: red"))
        #expect(markdown.contains("Which name? **still open**"))
        let page = report.html()
        #expect(page.contains("Which &lt;colour&gt;?") && page.contains("answered by Ada") && page.contains("the default was taken"))
        let read = try JSONDecoder().decode(RunReport.self, from: Data(try report.json().utf8))
        #expect(read == report)
        var old = try #require(JSONSerialization.jsonObject(with: Data(try report.json().utf8)) as? [String: Any])
        old["questions"] = nil
        let earlier = try JSONDecoder().decode(RunReport.self, from: JSONSerialization.data(withJSONObject: old))
        #expect(earlier.questions == nil && !earlier.markdown().contains("Questions and approvals"))
    }

    @Test("its policy allows its own style and nothing else")
    func policy() throws {
        let page = page()
        let sheet = try #require(page.split(separator: "<style>").last?.split(separator: "</style>").first)
        #expect(String(sheet) == ReportStyle.sheet)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "sha256sum | cut -c -64"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(sheet.utf8))
        try input.fileHandleForWriting.close()
        let digits = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).filter { !$0.isWhitespace }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
        #expect(ReportStyle.hash == "'sha256-\(Data(bytes).base64EncodedString())'")
        #expect(page.contains("default-src 'none'; style-src \(ReportStyle.hash);"))
    }
}

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

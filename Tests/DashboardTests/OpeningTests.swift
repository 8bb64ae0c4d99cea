import Foundation
import Observability
import Orchestration
import Synchronization
import Testing

@testable import Dashboard

/// The run as the page brings it.
@Suite("What a page is told first")
struct OpeningTests {
    private static let none = Redactor(secrets: [])

    private static func moment(_ words: String, version: Int? = nil, now: Int64 = 5) -> RunMoment {
        var moment = DashboardServerTests.moment()
        moment.status.suspension = words
        moment.now = now
        moment.version = version
        return moment
    }

    private func told(_ opening: Opening, _ moment: RunMoment, _ redactor: Redactor = none) throws -> (words: String?, now: Int?) {
        let bytes = try opening.event(of: RunUpdate(moment, since: nil), moment, redactor)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        return ((object["status"] as? [String: Any])?["suspension"] as? String, object["now"] as? Int)
    }

    @Test("the page has it, as text that cannot end its element")
    func inPage() async throws {
        let feed = ScriptedFeed()
        feed.present.withLock { $0 = Self.moment("</script><script>alert(1)</script>&lt;") }
        try await PagesServer.serving(feed) { server in
            let text = try await server.ask("/").text
            let start = try #require(text.range(of: "<script type=\"application/json\" id=\"opening\">"))
            let end = try #require(text.range(of: "</script>", range: start.upperBound..<text.endIndex))
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(text[start.upperBound..<end.lowerBound].utf8)) as? [String: Any])
            #expect((object["status"] as? [String: Any])?["suspension"] as? String == "</script><script>alert(1)</script>&lt;")
            #expect(object["isWhole"] as? Bool == true && text.hasSuffix("</script>\n</body>\n</html>\n"))
        }
    }

    @Test("it is kept until the run, its log or the secrets have changed; the clock always goes on")
    func kept() throws {
        let opening = Opening()
        #expect(try told(opening, Self.moment("one", version: 1)) == ("one", 5))
        #expect(try told(opening, Self.moment("two", version: 1, now: 6)) == ("one", 6), "nobody has counted a change")
        #expect(try told(opening, Self.moment("two-words", version: 2)).words == "two-words")
        let secrets = Redactor(secrets: [Secret(name: "s", value: "two-words")])
        #expect(try told(opening, Self.moment("two-words", version: 2), secrets).words == "<redacted:s>")
        var more = Self.moment("three", version: 2)
        more.log.take("2026-11-28T14:26:11.000Z [worker-1] more\n".utf8)
        #expect(try told(opening, more, secrets).words == "three")
        #expect(try told(opening, Self.moment("four")).words == "four")
        #expect(try told(opening, Self.moment("five")).words == "five", "where nobody counts nothing is kept")
    }
}

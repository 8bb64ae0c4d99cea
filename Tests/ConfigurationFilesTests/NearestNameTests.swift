import Testing

@testable import ConfigurationFiles

@Suite("The nearest name")
struct NearestNameTests {
    private let names = ["workerCount", "repositoryUrl", "branch", "push", "model"]

    @Test(
        "slips of the pen, of case and of separators find the name",
        arguments: [
            ("workrCount", "workerCount"), ("worker_count", "workerCount"), ("repositoryURL", "repositoryUrl"), ("brnach", "branch"),
            ("puhs", "push"), ("models", "model"), ("WORKER-COUNT", "workerCount"),
        ])
    func found(written: String, meant: String) {
        #expect(NearestName.of(written, among: names) == meant)
    }

    @Test("what resembles nothing finds nothing", arguments: ["colour", "", "x", "_", String(repeating: "branch", count: 100)])
    func notFound(written: String) {
        #expect(NearestName.of(written, among: names) == nil)
    }

    @Test("without a near name all names are listed")
    func listed() {
        #expect(NearestName.suggestion(for: "xyz", among: ["one", "two"]) == "valid: one, two")
        #expect(NearestName.suggestion(for: "xyz", among: []) == nil)
    }

    @Test("a swap of neighbours counts as one edit")
    func distance() {
        func distance(_ left: String, _ right: String) -> Int {
            NearestName.editDistance(Array(left.unicodeScalars), Array(right.unicodeScalars))
        }
        #expect(distance("ab", "ba") == 1)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("", "abc") == 3)
    }
}

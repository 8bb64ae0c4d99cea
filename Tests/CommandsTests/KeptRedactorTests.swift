import Observability
import Testing

@testable import Commands

/// Pages that stay open for days show nothing that has become a secret meanwhile.
@Suite("A redactor that is kept")
struct KeptRedactorTests {
    private static let values = ["first-value-0123456789", "second-value-9876543210"]

    private func shown(_ kept: KeptRedactor) throws -> String {
        try kept.redactor().redacted(Self.values.joined(separator: " "))
    }

    @Test("knows a secret that was changed, that came with a new file, or with a file that the configuration names since")
    func changes() async throws {
        let fixture = try await RunFixture(events: [])
        let kept = KeptRedactor(fixture.where_, fixture.surroundings)
        #expect(try shown(kept) == Self.values.joined(separator: " "))
        try fixture.place.write("config/.env", "TOKEN=\(Self.values[0])\n", mode: 0o600)
        #expect(try shown(kept) == "<redacted:.env-TOKEN> \(Self.values[1])", "a file that was not there before")
        #expect(try shown(kept) == "<redacted:.env-TOKEN> \(Self.values[1])", "and again, when nothing has changed")
        try fixture.place.write("config/.env", "TOKEN=\(Self.values[1])\n", mode: 0o600)
        #expect(try shown(kept) == "\(Self.values[0]) <redacted:.env-TOKEN>", "another value in the same file")
        try fixture.place.write("config/service", "TOKEN=\(Self.values[0])\n", mode: 0o600)
        let settings = #"{"repositoryUrl": "https://example.invalid/r.git", "workerCount": 1, "envFiles": ["service"]}"#
        try fixture.place.write("config/orchestrator.json", settings)
        #expect(try shown(kept) == "<redacted:service-TOKEN> <redacted:.env-TOKEN>", "a file that the configuration names now")
        try fixture.place.write("config/service", "TOKEN=something-else-entirely\n", mode: 0o600)
        #expect(try shown(kept) == "\(Self.values[0]) <redacted:.env-TOKEN>", "and a change of that")
    }

    @Test("is none while the configuration cannot be read, and comes back with it")
    func unreadable() async throws {
        let fixture = try await RunFixture(events: [])
        let kept = KeptRedactor(fixture.where_, fixture.surroundings)
        _ = try kept.redactor()
        try fixture.place.write("config/api-keys.json", "{ no", mode: 0o600)
        for _ in 1...2 { #expect(throws: (any Error).self) { try kept.redactor() } }
        try fixture.place.write("config/api-keys.json", #"[{"name": "work", "apiKey": "sk-ant-\#(Self.values[0])"}]"#, mode: 0o600)
        #expect(try shown(kept).contains(Self.values[1]))
        #expect(try !kept.redactor().redacted("sk-ant-\(Self.values[0])").contains(Self.values[0]))
    }
}

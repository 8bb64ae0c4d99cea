import Testing

@testable import Dashboard

@Suite("Who may see the pages")
struct AccessRulesTests {
    private let rules = AccessRules(token: AccessRules.makeToken(), port: 8420)

    private func request(
        host: String? = "127.0.0.1:8420", origin: String? = nil, cookies: String? = nil, authorization: String? = nil, token: String? = nil
    ) -> AccessRules.Credentials {
        .init(host: host, origin: origin, cookies: cookies, authorization: authorization, queryToken: token)
    }

    private var cookie: String { "theme=dark; cco-8421=other; \(rules.cookie)=\(rules.token)" }

    @Test("the cookie, or the token as a bearer's, from this very server")
    func admitted() throws {
        try rules.check(request(cookies: cookie), changes: false)
        try rules.check(request(host: "LocalHost:8420", origin: "http://localhost:8420", cookies: cookie), changes: true)
        try rules.check(request(authorization: "Bearer \(rules.token)"), changes: true)
    }

    @Test("another host's name is refused, whatever else is right")
    func hosts() {
        for host in [nil, "127.0.0.1", "127.0.0.1:80", "evil.example:8420", "localhost:8420.evil.example", ""] {
            #expect(throws: AccessRules.Refusal.host) { try rules.check(request(host: host, cookies: cookie), changes: false) }
            #expect(!rules.admits(request(host: host, token: rules.token)))
        }
    }

    @Test("another site's request is refused, and so is one that changes something and does not say where it comes from")
    func origins() {
        for origin in [
            "http://evil.example", "null", "https://127.0.0.1:8420", "http://localhost:8420", "http://127.0.0.1:8420.evil.example",
        ] {
            #expect(throws: AccessRules.Refusal.origin) { try rules.check(request(origin: origin, cookies: cookie), changes: false) }
        }
        #expect(throws: AccessRules.Refusal.origin) { try rules.check(request(cookies: cookie), changes: true) }
    }

    @Test("without the whole token nothing is shown")
    func tokens() {
        for cookies in [
            nil, "", "cco-8420=", "cco-8420=\(rules.token.dropLast())", "xcco-8420=\(rules.token)", "cco-8420=\(rules.token)0",
            "cco=\(rules.token)",
            "cco-8421=\(rules.token)",
        ] {
            #expect(throws: AccessRules.Refusal.token) { try rules.check(request(cookies: cookies), changes: false) }
        }
        #expect(throws: AccessRules.Refusal.token) { try rules.check(request(authorization: "Basic \(rules.token)"), changes: false) }
        #expect(!rules.admits(request(token: "")) && !rules.admits(request()))
    }

    @Test("every server has a token of its own")
    func fresh() {
        let tokens = Set((0..<100).map { _ in AccessRules.makeToken() })
        #expect(tokens.count == 100 && tokens.allSatisfy { $0.count == 64 })
    }
}

import JSON
import Testing

@testable import TestSupport

@Suite("The prompt cache")
struct PromptCacheTests {
    typealias Body = MessagesBody
    private let first = [Body.opening("Do it."), Body.user(Body.text("mark", cached: true))]
    private var second: [JSONValue] {
        [
            Body.opening("Do it."), Body.user(Body.text("mark")), Body.assistant(Body.text("Hello.")),
            Body.user(Body.text("more", cached: true)), Body.user(Body.text(String(repeating: "x", count: 400))),
        ]
    }

    @Test("writes what is new and reads what the same conversation sent before, although the cache marks moved")
    func readsPrefix() throws {
        var cache = PromptCache(capacity: 10)
        let one = cache.usage(of: try Body.request(first))
        #expect(one.cacheRead == 0)
        #expect(one.cacheCreation > 0)
        #expect(one.input == 0)
        let two = cache.usage(of: try Body.request(second))
        #expect(two.cacheRead == one.cacheCreation)
        #expect(two.cacheCreation > 0)
        #expect(two.input >= 100)
        #expect(two.input < 120)
    }

    @Test("charges four characters as one token")
    func charactersPerToken() throws {
        var cache = PromptCache(capacity: 10)
        let request = try Body.request(second)
        let usage = cache.usage(of: request)
        #expect(abs(usage.totalInput - request.characters / 4) <= 2)
    }

    @Test("keeps conversations apart")
    func conversationsApart() throws {
        var cache = PromptCache(capacity: 10)
        _ = cache.usage(of: try Body.request(first, session: "a"))
        #expect(cache.usage(of: try Body.request(first, session: "b")).cacheRead == 0)
        #expect(cache.usage(of: try Body.request(first, session: "a")).cacheRead > 0)
    }

    @Test("forgets the conversation that was asked least recently when it is full")
    func bounded() throws {
        var cache = PromptCache(capacity: 2)
        for session in ["a", "b", "a", "c"] { _ = cache.usage(of: try Body.request(first, session: session)) }
        #expect(cache.usage(of: try Body.request(first, session: "a")).cacheRead > 0)
        #expect(cache.usage(of: try Body.request(first, session: "b")).cacheRead == 0)
    }

    @Test("does not count what is not marked for caching as written")
    func uncached() throws {
        var cache = PromptCache(capacity: 2)
        let request = try ModelRequest(
            body: Array(#"{"model":"m","messages":[{"role":"user","content":"Hello"}]}"#.utf8), number: 1, credential: nil, session: "s")
        let usage = cache.usage(of: request)
        #expect(usage.cacheCreation == 0)
        #expect(usage.input == request.characters / 4)
        #expect(cache.usage(of: request).cacheRead == 0)
    }
}

/// A part of a request that a prompt cache holds or does not hold as a whole: a tool, a system block or a message.
struct PromptSegment: Sendable {
    /// Stands for the segment's text. Only compared within one process.
    let fingerprint: Int
    /// The length of the segment's text, in characters.
    let characters: Int
    /// Whether the client asks to cache everything up to this segment.
    let endsCachedPart: Bool

    init(text: String, endsCachedPart: Bool) {
        fingerprint = text.hashValue
        characters = text.count
        self.endsCachedPart = endsCachedPart
    }
}

/// What a model request cost, in tokens.
package struct TokenUsage: Sendable, Hashable {
    /// Read from the cache: seen before in the same conversation.
    package var cacheRead = 0
    /// New, and written to the cache.
    package var cacheCreation = 0
    /// New, and after the last part that the client asks to cache.
    package var input = 0
    /// Written by the model.
    package var output = 0

    /// Everything that was sent to the model.
    package var totalInput: Int { cacheRead + cacheCreation + input }

    /// How many characters make one token. The real figure depends on the text; this one is easy to check by hand.
    package static let charactersPerToken = 4
}

/// Plays the API's prompt cache, so that costs grow in tests and demonstrations as they do in earnest.
///
/// It remembers the latest request of each conversation. The beginning that a new request has in common with it is read from the
/// cache; the rest, up to the last part that the client asks to cache, is written to it.
struct PromptCache {
    /// The most conversations that are remembered. The one that was asked least recently is forgotten first.
    let capacity: Int
    private var conversations: [String: Entry] = [:]
    private var clock = 0

    private struct Entry {
        var segments: [PromptSegment]
        var lastUse: Int
    }

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// The input tokens of a request; remembers the request.
    mutating func usage(of request: ModelRequest) -> TokenUsage {
        let earlier = conversations[request.conversation]?.segments ?? []
        let cachedEnd = request.segments.lastIndex(where: \.endsCachedPart).map { $0 + 1 } ?? 0
        let common = zip(earlier, request.segments).prefix { $0.fingerprint == $1.fingerprint }.count
        let readEnd = min(common, cachedEnd)
        remember(Array(request.segments[..<cachedEnd]), of: request.conversation)
        return TokenUsage(
            cacheRead: Self.tokens(request.segments[..<readEnd]), cacheCreation: Self.tokens(request.segments[readEnd..<cachedEnd]),
            input: Self.tokens(request.segments[cachedEnd...]))
    }

    private mutating func remember(_ segments: [PromptSegment], of conversation: String) {
        clock += 1
        if conversations[conversation] == nil, conversations.count >= capacity,
            let oldest = conversations.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        {
            conversations[oldest] = nil
        }
        conversations[conversation] = Entry(segments: segments, lastUse: clock)
    }

    private static func tokens(_ segments: ArraySlice<PromptSegment>) -> Int {
        segments.reduce(0) { $0 + $1.characters } / TokenUsage.charactersPerToken
    }
}

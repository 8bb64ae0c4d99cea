/// One request that the scripted API got, as tests ask for it later.
package struct RecordedRequest: Sendable {
    /// The place in the order of arrival, from 1.
    package let number: Int
    /// The credential that the client sent, or nil if it sent none.
    package let credential: ModelRequest.Credential?
    /// The model's name, as asked for.
    package let model: String
    /// The conversation: the CLI's session id where it is known.
    package let conversation: String
    /// Whether it was the client's own housekeeping: see ``ModelRequest/isSideRequest``.
    package let isSideRequest: Bool
    /// The time since the server started, on the server's clock.
    package let time: Duration
    /// The name of the message that it was answered with, if it was.
    package internal(set) var message: String?
    /// The tokens that the answer claimed; nothing while there is no answer, or if it was a fault.
    package internal(set) var usage: TokenUsage?
    /// The status of the answer: 200 for a message, also one that breaks off; nil for none (yet), or a broken connection.
    package internal(set) var status: Int?
    /// Whether the answer was made to break off before its end.
    package internal(set) var isCut = false
    /// The newest request whose conversation holds this one's answer. When that is the first of a resumed session, the client had stored it.
    package internal(set) var quotedBy: Int?
}

/// The newest requests that the scripted API got.
struct RequestLedger {
    /// The most requests that are kept.
    let capacity: Int
    private var entries: [RecordedRequest] = []
    /// How many requests there have been, also those that are not kept any more.
    private(set) var total = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// The requests that are kept, oldest first.
    var requests: [RecordedRequest] { entries.suffix(capacity) }

    /// The number for the next request.
    mutating func nextNumber() -> Int {
        total += 1
        return total
    }

    mutating func record(_ request: RecordedRequest) {
        entries.append(request)
        // Dropped in bulk, so that recording stays cheap.
        if entries.count >= 2 * capacity { entries.removeFirst(entries.count - capacity) }
    }

    /// Notes how a request ended.
    mutating func settle(number: Int, status: Int?, usage: TokenUsage?, message: String? = nil, isCut: Bool = false) {
        guard let index = entries.lastIndex(where: { $0.number == number }) else { return }
        entries[index].status = status
        entries[index].usage = usage
        entries[index].message = message
        entries[index].isCut = isCut
    }

    /// Notes that a request's conversation holds the answers to these.
    mutating func quote(_ numbers: Set<Int>, by number: Int) {
        for index in entries.indices where numbers.contains(entries[index].number) { entries[index].quotedBy = number }
    }
}

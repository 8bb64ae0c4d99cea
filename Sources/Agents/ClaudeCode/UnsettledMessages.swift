import FoundationEssentials
import Glibc
import Orchestration

/// What the model has answered since the CLI last gave an account (a `result`). A turn whose process is killed or stopped never gives one, and
/// what it was answered is paid all the same.
///
/// Each `assistant` line names its message, and one message comes in a line for each of its blocks: it counts once. Those lines are written while
/// the model still writes, so their count of its tokens is only a beginning. The final one is in the conversation that the CLI stores.
struct UnsettledMessages: Codable, Sendable, Equatable {
    private struct Message: Codable, Sendable, Equatable {
        var model: String?
        var usage: MessageUsage
        /// Its place among the turn's messages, from 0.
        var number: Int
    }

    private struct KnownPrice: Codable, Sendable, Equatable {
        var model: String?
        var price: ModelPrice
    }

    private var messages: [String: Message] = [:]
    /// Messages that are in an account already, kept to say what each of them took.
    private var settled: [String: Message] = [:]
    private(set) var tokens = TokenUsage()
    /// What they come to by list prices, kept like their tokens.
    private var listCostUsd = 0.0
    /// The price that was looked up last: nearly all messages in a row are of one model.
    private var lastPrice: KnownPrice?
    /// By model, how the CLI's own costs in this session compare with list prices.
    private var factors: [String: Double] = [:]

    var isEmpty: Bool { messages.isEmpty }

    /// How many messages the turn has had, those that are in an account too.
    var count: Int { messages.count + settled.count }

    /// Whether there is any message of which the stored conversation can say more.
    var hasMessages: Bool { !messages.isEmpty || !settled.isEmpty }

    /// Takes a message of the output.
    mutating func add(_ message: AssistantMessage) {
        guard !message.isApiErrorMessage, let id = message.id, let usage = message.usage else { return }
        if let known = settled[id] {
            // Said once more: it is in an account, and is not added to anything.
            settled[id]?.usage = known.usage.completed(by: usage)
            return
        }
        let known = messages[id]
        let before = known?.usage ?? MessageUsage()
        let completed = before.completed(by: usage)
        let model = message.model ?? known?.model
        messages[id] = Message(model: model, usage: completed, number: known?.number ?? messages.count + settled.count)
        tokens = tokens - before.tokens + completed.tokens
        guard known == nil || known?.model != model || before != completed else { return }
        let past = known.map { listPrice(of: $0.model).cost(of: before) } ?? 0
        listCostUsd = listCostUsd - past + listPrice(of: model).cost(of: completed)
    }

    private mutating func listPrice(of model: String?) -> ModelPrice {
        if let lastPrice, lastPrice.model == model { return lastPrice.price }
        let price = ModelPrice.of(model)
        lastPrice = KnownPrice(model: model, price: price)
        return price
    }

    /// An account has come that contains everything so far.
    mutating func settle() {
        settled.merge(messages) { known, _ in known }
        messages = [:]
        tokens = TokenUsage()
        listCostUsd = 0
    }

    /// Takes a line of the stored conversation. It holds all turns of the session, of which only this turn's messages count.
    mutating func complete(from line: Data) {
        if line.hasType(#""assistant""#), case .assistant(let message) = StreamLine(decoding: line), let id = message.id,
            messages[id] != nil || settled[id] != nil
        {
            add(message)
        } else if line.hasType(#""cost-state""#) {
            // Not of that shape: there is nothing to learn from it, and list prices hold.
            guard let cost = try? JSONDecoder().decode(StoredCost.self, from: line), cost.type == "cost-state" else { return }
            for (model, usage) in cost.modelUsage { factors[model] = usage.factor(of: model) ?? factors[model] }
        }
    }

    /// The same as ``costUsd`` but for the last bits, while it goes on: it is asked for at each answer of a turn whose money has a bound, and
    /// adding all of them up takes longer with each. How the CLI's own costs compare is known once the turn is over.
    var runningCostUsd: Double { factors.isEmpty ? listCostUsd : costUsd }

    /// In US dollars.
    var costUsd: Double { shares.reduce(0) { $0 + ($1.costUsd ?? 0) } }

    /// What each model has taken, by name.
    var shares: [ModelShare] {
        var shares: [String: ModelShare] = [:]
        // In one order, so that equal sums are equal to the last bit.
        for (_, message) in messages.sorted(by: { $0.key < $1.key }) {
            shares.add(message.model ?? "unknown", message.usage.tokens, costUsd: cost(of: message))
        }
        return shares.values.sorted { $0.model < $1.model }
    }

    private func cost(of message: Message) -> Double {
        ModelPrice.of(message.model).cost(of: message.usage) * (message.model.flatMap { factors[$0] } ?? 1)
    }

    /// All messages of the turn in their order, those that are in an account too, by the model that wrote them.
    var requests: [String: [RequestShare]] {
        let all = (Array(settled) + Array(messages)).sorted { $0.value.number < $1.value.number }
        return Dictionary(grouping: all) { $0.value.model ?? "unknown" }.mapValues { entries in
            entries.map { RequestShare(id: $0.key, usage: $0.value.usage.tokens, costUsd: cost(of: $0.value)) }
        }
    }
}

extension Data {
    /// Whether a line of JSON says that it is of this type. The conversation of every turn is looked through, lines of megabytes among it.
    fileprivate func hasType(_ type: StaticString) -> Bool {
        let mark: StaticString = #""type":"#
        let (before, after) = (mark.utf8CodeUnitCount - 1, type.utf8CodeUnitCount)
        return withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            var place = before
            while place < bytes.count, let colon = memchr(start + place, CInt(UInt8(ascii: ":")), bytes.count - place) {
                place = start.distance(to: colon) + 1
                guard place + after <= bytes.count else { return false }
                if memcmp(colon - before, mark.utf8Start, before) == 0, memcmp(start + place, type.utf8Start, after) == 0 { return true }
            }
            return false
        }
    }
}

/// The CLI's own account of a session, which it stores with the conversation when a process ends in order.
private struct StoredCost: Decodable {
    struct Usage: Decodable {
        var inputTokens: Int
        var outputTokens: Int
        var cacheReadInputTokens: Int
        var cacheCreationInputTokens: Int
        var cacheCreationEphemeral1hInputTokens: Int?
        var costUSD: Double

        /// `nil` when it says nothing believable: an agent could have written it.
        func factor(of model: String) -> Double? {
            let tokens = TokenUsage(
                input: Believable.count(inputTokens), cacheWrite: Believable.count(cacheCreationInputTokens),
                cacheRead: Believable.count(cacheReadInputTokens), output: Believable.count(outputTokens))
            let long = min(tokens.cacheWrite, Believable.count(cacheCreationEphemeral1hInputTokens))
            let listed = ModelPrice.of(model).cost(of: MessageUsage(tokens: tokens, longCacheWrite: long))
            let factor = costUSD / listed
            return factor.isFinite && (0.01...100).contains(factor) ? factor : nil
        }
    }

    var type: String
    var modelUsage: [String: Usage]
}

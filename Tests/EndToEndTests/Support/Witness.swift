import Foundation
import Synchronization
import Testing

@testable import TestSupport

/// Writes down what each request showed at the model's side: with which key, in which turn of which conversation, and what that held. Several
/// servers can share one, so that the order of requests at different addresses is known.
final class Witness: Sendable {
    /// One request for a step of a conversation.
    struct Sight: Sendable {
        /// The server that was asked.
        var place: String
        /// When it came, on the wall clock.
        var time: Date
        var provider: ModelProvider
        var model: String
        /// The key or token; empty when there was none.
        var key: String
        var conversation: String
        /// The number of the conversation's turn, from 1.
        var turn: Int
        var isWorkers: Bool
        /// The first prompt of the conversation.
        var firstPrompt: String
        /// What tools had said in the conversation so far, with the names of their calls.
        var results: Set<ModelRequest.ToolResult>
        /// The status that it was answered with; 200 for a message.
        var status: Int

        var isRefused: Bool { status != 200 }
    }

    private let kept = Mutex<[Sight]>([])

    /// In the order of arrival.
    var sights: [Sight] { kept.withLock { $0 } }

    /// The same script, seen.
    func watching(_ script: some ModelScript, at place: String = "") -> ClosureScript {
        ClosureScript { request in
            let index = self.note(request, at: place)
            let reply = await script.reply(to: request)
            if case .fault(.error(let status, _, _, _)) = reply.outcome { self.kept.withLock { $0[index].status = status } }
            return reply
        }
    }

    private func note(_ request: ModelRequest, at place: String) -> Int {
        let results = request.messages.flatMap(\.blocks).compactMap { block -> ModelRequest.ToolResult? in
            if case .toolResult(let result) = block { result } else { nil }
        }
        let sight = Sight(
            place: place, time: Date(), provider: request.provider, model: request.model, key: request.credential?.secret ?? "",
            conversation: request.conversation,
            turn: request.promptCount, isWorkers: request.isWorkers, firstPrompt: request.firstUserText ?? "", results: Set(results),
            status: 200)
        return kept.withLock { sights in
            sights.append(sight)
            return sights.count - 1
        }
    }

    /// Expects that whoever was refused goes on with the next request of its conversation where nobody refuses, with every word of its tools. One whose
    /// very first request was refused has nothing to go on with, and may be told anew what there is to do by then.
    ///
    /// - Returns: the first request after the refusal.
    @discardableResult
    func expectGoesOn(after refused: Sight, _ location: SourceLocation = #_sourceLocation) throws -> Sight {
        let later = sights.filter { $0.conversation == refused.conversation && $0.time > refused.time }
        let next = try #require(later.first { !$0.isRefused }, "the conversation was given up", sourceLocation: location)
        if refused.turn > 1 || !refused.results.isEmpty {
            #expect(next.firstPrompt == refused.firstPrompt, "turn \(refused.turn) goes on elsewhere", sourceLocation: location)
        }
        let lost = refused.results.subtracting(next.results)
        #expect(lost.isEmpty, "what tools had said is lost: \(lost)", sourceLocation: location)
        return next
    }

    /// How many turns were under way at once on a key at most, each from its first request to its last.
    func mostTurnsAtOnce(on key: String? = nil) -> Int {
        struct Place: Hashable {
            var conversation: String
            var turn: Int
        }
        var spans: [Place: ClosedRange<Int>] = [:]
        for (number, sight) in sights.enumerated() where key == nil || sight.key == key {
            let place = Place(conversation: sight.conversation, turn: sight.turn)
            spans[place] = min(spans[place]?.lowerBound ?? number, number)...number
        }
        return spans.values.map { span in spans.values.count { $0.contains(span.lowerBound) } }.max() ?? 0
    }
}

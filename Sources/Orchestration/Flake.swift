/// A failure of the gate that was none: red and then green on the very same tree.
package struct Flake: Codable, Sendable, Equatable {
    /// The first line of the log that looks like a failure, or how the gate ended.
    package var failure: String
    /// Where it first went wrong and how it ended, cut.
    package var excerpt: String
    package var logPath: String
    /// The tree on which it was seen last.
    package var tree: ObjectID
    package var times: Int
    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
}

/// The flakes of a run, those with the same failure together; so many that a prompt can hold them.
package struct FlakeBook: Codable, Sendable, Equatable {
    /// In the order in which they were first seen.
    package private(set) var flakes: [Flake] = []
    /// What was seen until then has been told to the Director.
    package var toldUntil: Timestamp?

    /// Different failures that are kept; the one not seen for longest makes room.
    package static let most = 12
    private static let longestExcerpt = 1200

    package init() {}

    /// Flakes that the Director does not know of, or that came again.
    package var news: [Flake] { flakes.filter { flake in toldUntil.map { flake.lastSeen > $0 } ?? true } }

    mutating func note(_ excerpt: GateExcerpt, tree: ObjectID, at time: Timestamp) {
        let failure = String((excerpt.failure ?? excerpt.ending).prefix(300))
        let text = String(excerpt.tail.prefix(Self.longestExcerpt))
        if let index = flakes.firstIndex(where: { Self.key($0.failure) == Self.key(failure) }) {
            flakes[index].times += 1
            flakes[index].lastSeen = time
            flakes[index].tree = tree
            flakes[index].logPath = excerpt.logPath
            flakes[index].excerpt = text
            return
        }
        if flakes.count >= Self.most, let oldest = flakes.indices.min(by: { flakes[$0].lastSeen < flakes[$1].lastSeen }) {
            flakes.remove(at: oldest)
        }
        flakes.append(
            Flake(failure: failure, excerpt: text, logPath: excerpt.logPath, tree: tree, times: 1, firstSeen: time, lastSeen: time))
    }

    /// What two lines about the same failure have in common: durations, addresses and counts differ.
    private static func key(_ line: String) -> String { String(line.filter { !$0.isNumber }) }
}

/// Branches that people bring onto a base that fails the gate by itself. Red prefixes do not tell which branch mends the base and which
/// breaks it otherwise, so once even the first branch alone is red each of the others is tried alone, one gate run each. The first that
/// is green mends the base, and lands; whatever waits is then verified in the usual way, on a green base. When all are red, all go back,
/// and none is blamed.
extension Decider {
    mutating func seekCure(insteadOf chain: MergeChain) {
        dissolve(chain.links)
        advance(.base, run.queue.filter { $0.target == .base })
    }

    /// Returns the branches of which none mends the base: nothing else can be said about any of them.
    mutating func giveBackUncured() {
        let cause = run.baselineRed.map { "\($0.ending); log: \($0.logPath)" } ?? ""
        for candidate in run.queue where run.isUseless(candidate) {
            emit(.candidateReturned(candidate.id, .red))
            emit(.branchReturned(candidate.id, .red, "\(run.settings.targetBranch) fails it by itself (\(cause))"))
        }
        advance(.base, run.queue.filter { $0.target == .base })
    }
}

extension Run {
    /// Whether the base is red by itself, and with this branch alone as well.
    package func isUseless(_ candidate: Candidate) -> Bool { isBaseRed && candidate.target == .base && candidate.redAloneOn == base?.head }

    /// The branches of which one may yet mend the red base; `nil` while that is not what is looked for.
    ///
    /// - Parameter candidates: those of one target.
    func possibleCures(among candidates: [Candidate]) -> [Candidate]? {
        guard isBaseRed, candidates.contains(where: isUseless) else { return nil }
        return candidates.filter { if case .branch = $0.kind { !isUseless($0) } else { false } }
    }
}

/// What is being verified together for one target: candidates that were merged one after the other, each onto the one before it.
///
/// The chain is not kept anywhere; it follows from the candidates' states. Each link's commit holds the target and all links up to it, so the
/// verdict on a link is the verdict on that prefix of the chain, and a green prefix can be published as it is while the rest stays valid.
package struct MergeChain: Sendable, Equatable {
    package struct Link: Sendable, Equatable {
        package var candidate: Candidate
        package var commit: ObjectID
        package var tree: ObjectID
        package var onto: ObjectID
        package var verdict: PrefixSearch.Verdict?

        package var id: CandidateID { candidate.id }
        var isGating: Bool { if case .gating = candidate.state { true } else { false } }
        var isPublishing: Bool { if case .publishing = candidate.state { true } else { false } }
    }

    /// First the one that stands on the target.
    package private(set) var links: [Link]
    /// Candidates that were merged onto something that has gone.
    package private(set) var orphans: [Link]
    /// Whether the target is known to fail the gate by itself.
    private let standsOnRed: Bool

    /// - Parameter target: whose chain.
    package init(of target: MergeTarget, in run: Run) {
        self.init(of: run.queue.filter { $0.target == target }, for: target, in: run)
    }

    /// - Parameter candidates: those of the target, in queue order, where somebody has them.
    init(of candidates: [Candidate], for target: MergeTarget, in run: borrowing Run) {
        standsOnRed = run.isRed(target)
        var rest: [Link] = []
        // Most wait, and are not worth a copy.
        for index in candidates.indices where candidates[index].onto != nil {
            if let link = Link(candidates[index], in: run) { rest.append(link) }
        }
        let head = run.head(of: target)
        if MergeChain.isInOrder(rest, on: head) {
            (links, orphans) = (rest, [])
            return
        }
        let commits = Set(rest.map(\.commit))
        let roots = rest.filter { !commits.contains($0.onto) }
        var links: [Link] = []
        var next = (roots.first { $0.onto == head } ?? roots.first)?.id
        while let id = next, let index = rest.firstIndex(where: { $0.id == id }) {
            let link = rest.remove(at: index)
            links.append(link)
            next = rest.first { $0.onto == link.commit }?.id
        }
        self.links = links
        orphans = rest
    }

    /// Whether each stands on the one before it, and the first on the target: what nearly all chains look like, those of nothing among them.
    private static func isInOrder(_ links: [Link], on head: ObjectID?) -> Bool {
        guard var tip = head else { return links.isEmpty }
        for link in links {
            guard link.onto == tip, link.commit != head else { return false }
            tip = link.commit
        }
        return true
    }

    /// What the next candidate is merged onto; `nil` when it is the target itself.
    package var tip: ObjectID? { links.last?.commit }

    /// The links that are published when this one is: itself and all before it.
    package func prefix(through id: CandidateID) -> [Link] {
        guard let end = links.firstIndex(where: { $0.id == id }) else { return [] }
        return Array(links[...end])
    }

    var search: PrefixSearch { PrefixSearch(links.map(\.verdict), isTargetRed: standsOnRed) }
}

extension MergeChain.Link {
    /// `nil` for a candidate that is not merged.
    ///
    /// - Parameter run: borrowed, because a copy of a run takes longer than all the rest.
    init?(_ candidate: Candidate, in run: borrowing Run) {
        switch candidate.state {
        case .waiting, .merging: return nil
        case .merged(let commit, let tree, let onto), .gating(let commit, let tree, let onto, _),
            .publishing(let commit, let tree, let onto):
            self.init(candidate: candidate, commit: commit, tree: tree, onto: onto)
        }
        if run.verifyCommand == nil || run.verifiedTrees[tree.hex] != nil {
            verdict = .green
        } else if candidate.redExcerpt != nil {
            verdict = .red
        }
    }
}

extension Run {
    /// What a candidate of this target is merged onto: the target with everything that is being verified, or the target's head.
    package func tip(of target: MergeTarget) -> ObjectID? { MergeChain(of: target, in: self).tip ?? head(of: target) }
}

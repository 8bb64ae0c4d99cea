extension RunStatus {
    /// Candidates that are verified together for one branch: each was merged onto the one before, and what a gate runs on are prefixes, the branch
    /// with the first of them. See ``PrefixSearch`` for how one that breaks the gate is found.
    package struct BatchStatus: Codable, Sendable, Equatable {
        /// The candidates' ids, in order.
        package var candidates: [String]
        /// How many of the first are known to be good together; 0 when nothing is known.
        package var green: Int
        /// The shortest prefix that is known to fail; missing while none is.
        package var red: Int?
        /// `verifying` (nothing is known to fail), `searching` (one of several breaks the gate) or `found` (only one is left that it can be).
        package var search: String
        /// The gates that run now, the shortest prefix first.
        package var gates: [GateStatus]
        /// All of it in words.
        package var words: String

        /// A gate that runs on a prefix of a batch.
        package struct GateStatus: Codable, Sendable, Equatable {
            /// How many of the first candidates it looks at.
            package var through: Int
            /// The last of them.
            package var candidate: String
            /// The gate run's id; missing in the moment before it begins.
            package var run: String?
            /// Whether it confirms a red run.
            package var isRerun: Bool
        }

        /// `nil` when nothing is being verified.
        init?(_ chain: MergeChain, in run: Run) {
            guard !chain.links.isEmpty else { return nil }
            let search = chain.search
            candidates = chain.links.map(\.id.name)
            green = search.green
            red = search.red
            self.search = search.red == nil ? "verifying" : search.culprit == nil ? "searching" : "found"
            // Of a run that stands still none runs, although each of them is to.
            gates = (run.suspension == nil ? chain.links : []).enumerated().compactMap { index, link in
                guard case .gating(_, _, _, let rerun) = link.candidate.state else { return nil }
                return GateStatus(through: index + 1, candidate: link.id.name, run: run.gateRun(on: link.id)?.name, isRerun: rerun)
            }
            words =
                run.suspension == nil
                ? BatchStatus.words(chain, search, gates)
                : chain.links.count == 1
                    ? "is verified when the run goes on" : "\(chain.links.count) are verified together when the run goes on"
        }

        private static func words(_ chain: MergeChain, _ search: PrefixSearch, _ gates: [GateStatus]) -> String {
            let tested = gates.map { $0.through == 1 ? "the 1st alone" : "the first \($0.through)" }
            let running = tested.isEmpty ? "no gate runs on them yet" : "a gate runs on " + Run.list(tested)
            let isRerun = gates.contains(where: \.isRerun)
            var parts: [String] = []
            if let last = chain.links.lastIndex(where: \.isPublishing) {
                parts.append(
                    search.count == 1
                        ? "is being published" : last == 0 ? "the 1st is being published" : "the first \(last + 1) are being published")
            }
            switch (search.culprit, search.red) {
            case _ where search.count == 1 && (parts.isEmpty || search.red != nil):
                parts.append(
                    isRerun
                        ? "its gate was red and runs once more"
                        : search.red != nil
                            ? "it breaks the gate"
                            : search.green == 1 ? "green" : tested.isEmpty ? "waits for a gate slot" : "its gate runs")
            case (let culprit?, _):
                parts.append("the \(Run.ordinal(culprit + 1)) breaks the gate" + (isRerun ? "; its gate runs once more to be sure" : ""))
            case (nil, let red?):
                let suspects = "the \(Run.ordinal(search.green + 1)) to the \(Run.ordinal(red))"
                parts.append("one of \(red - search.green), \(suspects), breaks the gate and is being found; \(running)")
            case (nil, nil) where search.green < search.count:
                parts.append("\(search.count) are verified together; \(running)")
            case (nil, nil): if parts.isEmpty { parts.append("all are green") }
            }
            return parts.joined(separator: "; ")
        }
    }
}

extension PrefixSearch {
    /// What is known of one change, in a stable word.
    func word(at index: Int) -> String? {
        if index < green { return "green" }
        guard let red else { return nil }
        return index >= red ? "behind" : culprit == index ? "red" : "suspect"
    }
}

extension Run {
    /// The gate run on the prefix that ends with a candidate.
    func gateRun(on id: CandidateID) -> EffectID? {
        effects.first { if case .gate = $0.value.effect { $0.value.effect.candidate == id } else { false } }?.key
    }
}

import Orchestration

extension SimulatedGit {
    /// Joins a candidate with its target the way cco does it in memory: branches are taken as they are now, and what goes to the base gets the
    /// newest `TEAM_STRUCTURE.md`.
    package mutating func merge(_ candidate: Candidate, in run: Run) -> MergeResult {
        let chain = MergeChain(of: candidate.target, in: run)
        guard let target = chain.tip ?? run.head(of: candidate.target), let ours = number(target) else { return .nothingToMerge }
        let text = candidate.target == .base ? TeamStructure.render(run, landing: chain.links.map(\.candidate) + [candidate]) : nil
        let structure = text.map { self.structure($0) }
        guard let theirs = number(candidate.newestHead(in: run)) else { return .nothingToMerge }
        if isAncestor(theirs, of: ours) {
            guard let structure, theirs == ours, structure != commits[ours].structure else {
                return chain.links.isEmpty ? .nothingToMerge : .heldBack(onto: target)
            }
            let made = join([ours], structure: structure)
            return clean(made, onto: target)
        }
        if case .sync = candidate.kind, isAncestor(ours, of: theirs) {
            return .fastForward(commit: commits[theirs].id, tree: commits[theirs].tree, onto: target)
        }
        let made = join([ours, theirs], structure: structure)
        return clean(made, onto: target)
    }

    private func clean(_ number: Int, onto: ObjectID) -> MergeResult {
        .clean(commit: commits[number].id, tree: commits[number].tree, onto: onto)
    }

    /// What each side of a merge has that the other has not.
    func sides(of candidate: Candidate, in run: Run) -> (ours: ChangeSet, theirs: ChangeSet)? {
        guard let ours = commit(run.tip(of: candidate.target)), let theirs = commit(candidate.newestHead(in: run)) else { return nil }
        return (ours.changes.subtracting(theirs.changes), theirs.changes.subtracting(ours.changes))
    }

    /// Moves the target to a commit, at origin too, unless somebody else has moved it. Publishing twice is published once.
    package mutating func publish(_ commit: ObjectID, onto: ObjectID, target: MergeTarget) -> PublishResult {
        guard let number = number(commit) else { return .published }
        guard target == .base else { return moveHub(target, to: number, from: onto) }
        switch push(number) {
        case .moved:
            return .moved
        case .pushed:
            setHub(number)
            return .published
        }
    }

    enum Push {
        /// It is there now, or was there already.
        case pushed
        /// Origin has something that the commit does not build on.
        case moved
    }

    /// Pushes without force.
    mutating func push(_ number: Int) -> Push {
        if origin == number { return .pushed }
        guard isAncestor(origin, of: number) else { return .moved }
        setOrigin(number)
        return .pushed
    }

    /// Compares and swaps the hub's ref.
    mutating func moveHub(_ target: MergeTarget, to number: Int, from old: ObjectID) -> PublishResult {
        switch target {
        case .base:
            if commits[hub].id == old {
                setHub(number)
                return .published
            }
            return hub == number ? .published : .moved
        case .team(let team):
            let present = teams[team].map { commits[$0].id } ?? old
            if present == old {
                setTeam(team, number)
                return .published
            }
            return teams[team] == number ? .published : .moved
        }
    }

    /// Looks at origin and brings the hub's branch up to it, where the run pushes there. The hub never runs ahead of origin by itself.
    mutating func look(_ run: Run) -> BaseFacts {
        if run.pushesToTarget, origin != hub, isAncestor(hub, of: origin) { setHub(origin) }
        return facts(of: hub)
    }
}

extension RunStatus {
    /// What waits to be merged into one branch, in order.
    package struct QueueStatus: Codable, Sendable, Equatable {
        /// The branch for people: the target branch's name, or `team-2's branch`.
        package var target: String
        /// The team whose branch it is; missing for the target branch.
        package var team: String?
        package var candidates: [CandidateStatus]
        /// What is verified together now; missing when nothing is.
        package var batch: BatchStatus?
    }

    /// One thing on its way into a branch.
    package struct CandidateStatus: Codable, Sendable, Equatable {
        package var id: String
        /// `task`, `delivery` (a team's branch), `sync` (the target branch for a team), `upkeep`
        /// (`TEAM_STRUCTURE.md`) or `branch` (brought by a person).
        package var kind: String
        package var what: String
        package var task: String?
        package var team: String?
        /// `waiting`, `merging`, `merged` (waits for a gate slot), `gating`, `gating again` (confirms a red run) or `publishing`.
        package var state: String
        /// Where it is on its way and what it waits for, in words.
        package var why: String
        /// The commit that is to be merged.
        package var head: String
        /// When it joined the queue.
        package var since: Moment
        /// The gate run that looks at it now.
        package var gateRun: String?
        /// The file with what the gate printed when it was red for it.
        package var gateLog: String?
        /// Its place in the batch, from 1; missing while it is in none.
        package var place: Int?
        /// What is known of it in the batch: `green`, `suspect` (it is one of those that can break the gate), `red` (it alone can be) or `behind`
        /// (it was merged onto what breaks the gate); missing while nothing is known.
        package var verdict: String?

        init(_ candidate: Candidate, in run: Run, at now: Timestamp, chain: MergeChain) {
            why = run.whyNotMerged(candidate, at: now, chain: chain)
            id = candidate.id.name
            what = run.label(of: candidate.kind)
            state = candidate.state.word
            head = candidate.head.hex
            since = Moment(candidate.readyAt)
            gateRun = run.gateRun(of: candidate, in: chain)?.name
            if let index = chain.links.firstIndex(where: { $0.id == candidate.id }) {
                place = index + 1
                verdict = chain.search.word(at: index)
            }
            gateLog = candidate.redExcerpt?.logPath
            switch candidate.kind {
            case .task(let task):
                kind = "task"
                self.task = task.name
                team = run.tasks[task]?.team.name
            case .delivery(let team):
                kind = "delivery"
                self.team = team.name
            case .sync(let team):
                kind = "sync"
                self.team = team.name
            case .upkeep:
                kind = "upkeep"
            case .branch:
                kind = "branch"
            }
        }
    }

    static func queues(of run: Run, at now: Timestamp) -> [QueueStatus] {
        let targets: [MergeTarget] = [.base] + run.teams.keys.sorted().map { .team($0) }
        return targets.compactMap { target in
            let candidates = run.queue.filter { $0.target == target }
            guard !candidates.isEmpty else { return nil }
            let team: String? = if case .team(let team) = target { team.name } else { nil }
            let chain = MergeChain(of: candidates, for: target, in: run)
            return QueueStatus(
                target: run.label(of: target), team: team,
                candidates: candidates.map { CandidateStatus($0, in: run, at: now, chain: chain) }, batch: BatchStatus(chain, in: run))
        }
    }
}

extension Candidate.State {
    /// A stable word for views and scripts.
    package var word: String {
        switch self {
        case .waiting: "waiting"
        case .merging: "merging"
        case .merged: "merged"
        case .gating(_, _, _, let rerun): rerun ? "gating again" : "gating"
        case .publishing: "publishing"
        }
    }
}

import Engine
import Git
import Glibc
import Observability
import Orchestration
import Terminal

/// Fetches the texts that a view opens: the difference that an agent has made, and what a gate printed. It looks at the run's files and changes none.
struct DocumentReader: Sendable {
    let surroundings: Surroundings
    let place: Place
    private let kept: KeptRedactor

    init(surroundings: Surroundings, place: Place) {
        self.surroundings = surroundings
        self.place = place
        kept = KeptRedactor(place, surroundings)
    }

    /// Bytes of a difference that are shown.
    private static let longestPatch = 512 << 10
    /// Bytes from the end of a gate's log that are shown.
    private static let longestLog: Int64 = 256 << 10
    /// Characters of a line that are shown.
    private static let longestLine = 2_000

    /// Where an output is, of a gate or of a turn, while it runs or afterwards.
    struct Output: Sendable, Equatable {
        var path: String
        var title: String
        /// Whether the gate runs: then what is not there yet will be.
        var isRunning = false
    }

    /// - Returns: a text that says why there is none, where it cannot be had.
    func document(_ link: WatchState.Link, _ status: RunStatus) async -> WatchState.Document {
        switch link {
        case .diff(let agent): await difference(agent, status)
        case .gateLog(let subject): log(link, await gateOutput(subject, status))
        case .agent(let agent): transcript(agent, status)
        case .task, .candidate, .question: .init(link: link, title: "", lines: [])
        }
    }

    /// The file that a text grows in, or whose end it is; `nil` where there is none.
    func output(_ link: WatchState.Link, _ status: RunStatus) -> Output? {
        switch link {
        case .gateLog(let subject): return presentGate(subject, status)
        case .agent(let id):
            guard let agent = status.agents.first(where: { $0.id == id }), let turn = transcripts(status).turns(of: agent).last else {
                return nil
            }
            let output = transcripts(status).output(of: turn, agent)
            return Output(path: output.path, title: turn, isRunning: output.isGrowing)
        case .diff, .task, .candidate, .question: return nil
        }
    }

    // MARK: Transcripts

    private func transcripts(_ status: RunStatus) -> TranscriptFiles {
        TranscriptFiles(run: status.run, place: place, surroundings: surroundings)
    }

    /// The end of an agent's newest turn.
    private func transcript(_ id: String, _ status: RunStatus) -> WatchState.Document {
        let link = WatchState.Link.agent(id)
        do {
            guard let agent = status.agents.first(where: { $0.id == id }),
                let page = try transcripts(status).page(of: agent, turn: nil, PieceWish(), kept.redactor())
            else { return .init(link: link, title: id, lines: ["There is no such agent any more."], tones: [.mark]) }
            return TranscriptText(page).document(link)
        } catch {
            return .init(link: link, title: id, lines: ["Its transcript cannot be read: \(error)"], tones: [.failure])
        }
    }

    /// The end of the newest of these turns of an agent; `nil` where there is none, or it is not kept: then the journal says more.
    func transcript(_ id: String, _ status: RunStatus, begun: Set<String>) -> WatchState.Document? {
        guard let agent = status.agents.first(where: { $0.id == id }) else { return nil }
        do {
            let page = try transcripts(status).page(of: agent, turn: nil, PieceWish(), kept.redactor()) { begun.contains($0) }
            return page?.turn == nil ? nil : page.map { TranscriptText($0).document(.agent(id)) }
        } catch {
            return .init(link: .agent(id), title: id, lines: ["Its transcript cannot be read: \(error)"], tones: [.failure])
        }
    }

    // MARK: Differences

    private func difference(_ agent: String, _ status: RunStatus) async -> WatchState.Document {
        let folder = place.workspace.folder(of: ID(status.run))
        let seat = folder.seat(agent)
        let team = status.teams.first { team in team.lead.id == agent || team.members.contains { $0.id == agent } }
        // A lead's branch goes to the target branch, a worker's to its team's.
        let isMember = team?.members.contains { $0.id == agent } ?? false
        let target = (isMember ? team?.head : nil) ?? status.baseHead
        let changes = WorktreeChanges(directory: seat.git, worktree: seat.tree, git: Git(environment: surroundings.environment))
        let link = WatchState.Link.diff(agent)
        do {
            let redactor = try kept.redactor()
            let patch = try await changes.patch(since: target.flatMap { ObjectID($0) }, limit: Self.longestPatch)
            let onto =
                isMember && team?.head != nil && team?.lead.id != status.director.id
                ? "\(team?.id ?? "its team")'s branch" : status.targetBranch
            var lines = lines(redactor.redacted(patch.text))
            if patch.truncated { lines.append("… the first \(patch.text.utf8.count) of \(patch.totalBytes) bytes") }
            if lines.isEmpty { lines = ["Nothing: its files are as they were when it left the branch."] }
            return .init(link: link, title: "\(agent): its files now, committed or not, against where it left \(onto)", lines: lines)
        } catch {
            guard access(seat.tree, F_OK) == 0 else {
                return .init(link: link, title: agent, lines: ["It has no worktree: it has not worked yet, or its work is done."])
            }
            return .init(link: link, title: agent, lines: ["The difference cannot be read: \(error)"])
        }
    }

    // MARK: Gates

    /// What there is to read about the gate for a task or a candidate: the run that goes on, or else the last red one, or the one that verified it,
    /// or the newest that there is.
    private func gateOutput(_ subject: String, _ status: RunStatus) async -> Output? {
        if let present = presentGate(subject, status) { return present }
        let logs = GateLogs(run: status.run, place: place, surroundings: surroundings)
        if let commit = status.tasks.first(where: { $0.id == subject })?.commit {
            let look = CommitLook(
                git: Git(environment: surroundings.environment),
                location: GitLocation(gitDirectory: place.workspace.folder(of: ID(status.run)).hub))
            // Where the repository cannot be asked the newest gate is shown.
            if let gated = try? await look.gated(commit), let kept = logs.newest(of: gated) {
                return Output(path: kept.path, title: "The gate that verified \(subject), on \(kept.commit): \(kept.path)")
            }
        }
        guard let newest = logs.kept.last else { return nil }
        return Output(path: newest.path, title: "No gate ran for \(subject) alone. The newest one, on \(newest.commit): \(newest.path)")
    }

    /// The gate that runs now for a task or a candidate, or was red for it last.
    private func presentGate(_ subject: String, _ status: RunStatus) -> Output? {
        let candidates = status.queues.flatMap(\.candidates)
        if let candidate = candidates.first(where: { $0.id == subject || $0.task == subject }) {
            if let run = candidate.gateRun {
                let path = place.workspace.folder(of: ID(status.run)).gate(ID(run)) + "/stdout"
                return Output(path: path, title: "The gate that runs now for \(candidate.what)", isRunning: true)
            }
            if let path = candidate.gateLog { return Output(path: path, title: "The gate, red for \(candidate.what): \(path)") }
        }
        guard let task = status.tasks.first(where: { $0.id == subject }), let path = task.gateLog else { return nil }
        return Output(path: path, title: "The gate, red for \(task.id): \(path)")
    }

    private func log(_ link: WatchState.Link, _ output: Output?) -> WatchState.Document {
        guard let output else { return .init(link: link, title: "The gate", lines: ["No gate has run yet."]) }
        do {
            let piece = try LongFile(output.path, isGrowing: false).piece(PieceWish(), most: Self.longestLog)
            // What a gate prints while it runs has not been redacted yet, and it may print the values of environment files.
            let text = String(decoding: try kept.redactor().redacted(piece.bytes), as: UTF8.self)
            var lines = lines(text)
            if piece.start > 0 { lines.insert("… \(piece.start) bytes before this", at: 0) }
            if piece.leftOut > 0 { lines.append("… \(piece.leftOut) more bytes of this line") }
            return .init(link: link, title: output.title, lines: lines.isEmpty ? ["It has printed nothing."] : lines)
        } catch {
            if output.isRunning, access(output.path, F_OK) != 0 {
                return .init(link: link, title: output.title, lines: ["It begins, and has printed nothing yet."])
            }
            return .init(link: link, title: output.title, lines: ["It cannot be read: \(error)"])
        }
    }

    private func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            // Tabs are kept in step with eight columns, roughly: a terminal would, and the screen counts cells.
            ControlSequences.sanitised(String(line.prefix(Self.longestLine))).replacing("\t", with: "    ")
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

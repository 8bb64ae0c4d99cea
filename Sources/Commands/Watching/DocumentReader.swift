import Engine
import Git
import Glibc
import Observability
import Orchestration
import Terminal

/// Fetches the texts that a view opens: the difference that an agent has made, and what a gate printed. It looks at the run's files and changes none.
struct DocumentReader: Sendable {
    var surroundings: Surroundings
    var place: Place

    /// Bytes of a difference that are shown.
    private static let longestPatch = 512 << 10
    /// Bytes from the end of a gate's log that are shown.
    private static let longestLog: off_t = 256 << 10
    /// Characters of a line that are shown.
    private static let longestLine = 2_000

    /// Where a gate's output is, while it runs or afterwards.
    struct GateOutput: Sendable, Equatable {
        var path: String
        var title: String
        /// Whether the gate runs: then what is not there yet will be.
        var isRunning = false
    }

    /// - Returns: a text that says why there is none, where it cannot be had.
    func document(_ link: WatchState.Link, _ status: RunStatus) async -> WatchState.Document {
        switch link {
        case .diff(let agent): await difference(agent, status)
        case .gateLog(let subject): log(subject, status)
        case .agent, .task, .candidate: .init(link: link, title: "", lines: [])
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
            let redactor = try place.redactor(surroundings)
            let patch = try await changes.patch(since: target.flatMap { ObjectID($0) }, limit: Self.longestPatch)
            let onto = isMember && team?.head != nil ? "\(team?.id ?? "its team")'s branch" : status.targetBranch
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

    /// What there is to read about the gate for a task or a candidate: the run that goes on, or else the last red one.
    func gateOutput(_ subject: String, _ status: RunStatus) -> GateOutput? {
        let candidates = status.queues.flatMap(\.candidates)
        if let candidate = candidates.first(where: { $0.id == subject || $0.task == subject }) {
            if let run = candidate.gateRun {
                let path = place.workspace.folder(of: ID(status.run)).gate(ID(run)) + "/stdout"
                return GateOutput(path: path, title: "The gate that runs now for \(candidate.what)", isRunning: true)
            }
            if let path = candidate.gateLog { return GateOutput(path: path, title: "The gate, red for \(candidate.what): \(path)") }
        }
        guard let task = status.tasks.first(where: { $0.id == subject }), let path = task.gateLog else { return nil }
        return GateOutput(path: path, title: "The gate, red for \(task.id): \(path)")
    }

    private func log(_ subject: String, _ status: RunStatus) -> WatchState.Document {
        let link = WatchState.Link.gateLog(subject)
        guard let output = gateOutput(subject, status) else {
            return .init(link: link, title: subject, lines: ["No gate runs for it, and none was red for it since it was handed in last."])
        }
        do {
            let (bytes, left) = try Self.end(of: output.path)
            // What a gate prints while it runs has not been redacted yet, and it may print the values of environment files.
            let text = String(decoding: try place.redactor(surroundings).redacted(bytes), as: UTF8.self)
            var lines = lines(text)
            if left > 0 { lines.insert("… \(left) bytes before this", at: 0) }
            return .init(link: link, title: output.title, lines: lines.isEmpty ? ["It has printed nothing."] : lines)
        } catch {
            if output.isRunning, access(output.path, F_OK) != 0 {
                return .init(link: link, title: output.title, lines: ["It begins, and has printed nothing yet."])
            }
            return .init(link: link, title: output.title, lines: ["It cannot be read: \(error)"])
        }
    }

    /// - Returns: the last bytes of a file, and how many come before them.
    private static func end(of path: String) throws -> ([UInt8], off_t) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { throw SystemFailure.current("open \(path)") }
        defer { close(file) }
        let start = max(0, lseek(file, 0, SEEK_END) - longestLog)
        lseek(file, start, SEEK_SET)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < longestLog {
            let count = read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemFailure.current("read \(path)") }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return (bytes, start)
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

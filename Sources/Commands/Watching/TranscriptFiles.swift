import Agents
import Engine
import Glibc
import Observability
import Orchestration

/// The transcripts of a run's agents: of a turn that goes on from what its process writes, of one that is over from the copy in the log folder.
struct TranscriptFiles: Sendable {
    private let folder: RunFolder
    /// Missing where the run's logs are gone.
    private let kept: String?

    /// Bytes of output in one piece.
    private static let piece: Int64 = 384 << 10

    init(run: String, place: Place, surroundings: Surroundings) {
        folder = place.workspace.folder(of: ID(run))
        // Without the log folder the turn that goes on can be shown all the same.
        kept = (try? RunLogs.find(run, at: place, surroundings)).map { $0.folder + "/turns" }
    }

    /// An agent's turns of which there is something to read, in their order.
    func turns(of agent: RunStatus.AgentStatus) -> [String] {
        let suffix = "-\(agent.id).ndjson"
        let names = kept.flatMap { try? FolderListing.names(in: $0) } ?? []  // No turn has ended yet.
        var turns = names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.utf8.count)) }.filter(Self.isTurn)
        if let turn = agent.turn, !turns.contains(turn) { turns.append(turn) }
        return turns.map { TurnID($0) }.sorted().map(\.name)
    }

    /// Where a turn's output is now.
    func output(of turn: String, _ agent: RunStatus.AgentStatus) -> (path: String, isGrowing: Bool) {
        let path = folder.turn(ID(turn)) + "/stdout"
        if agent.turn == turn, access(path, F_OK) == 0 { return (path, true) }
        let copy = kept.map { "\($0)/\(turn)-\(agent.id).ndjson" }
        if let copy, access(copy, F_OK) == 0 { return (copy, false) }
        return (path, true)
    }

    /// - Parameters:
    ///   - turn: the newest if `nil`.
    ///   - redactor: knows all secrets: what a process writes has not been redacted yet.
    ///   - isShown: whether a turn is to be known.
    /// - Returns: `nil` for a turn that the agent has not had.
    /// - Throws: `Failure` when the output cannot be read.
    func page(
        of agent: RunStatus.AgentStatus, turn: String?, _ wish: PieceWish, _ redactor: Redactor, isShown: (String) -> Bool = { _ in true }
    ) throws -> TranscriptPage? {
        let turns = turns(of: agent).filter(isShown)
        guard let wanted = turn ?? turns.last else { return TranscriptPage(agent: agent.id, turn: nil) }
        guard let index = turns.firstIndex(of: wanted) else { return nil }
        let output = output(of: wanted, agent)
        var page = TranscriptPage(agent: agent.id, turn: wanted, isGrowing: output.isGrowing)
        page.earlierTurn = index > 0 ? turns[index - 1] : nil
        page.laterTurn = index + 1 < turns.count ? turns[index + 1] : nil
        // Its process has not been started yet.
        if output.isGrowing, access(output.path, F_OK) != 0 { return page }
        let piece = try LongFile(output.path, isGrowing: output.isGrowing).piece(wish, most: Self.piece)
        (page.start, page.end, page.hasMore) = (piece.start, piece.end, piece.hasMore)
        page.entries = entries(of: piece, redactor)
        return page
    }

    private func entries(of piece: LongFile.Piece, _ redactor: Redactor) -> [TranscriptEntry] {
        let reader = TranscriptReader { text in
            // What is taken out of a sequence may have stood in the middle of a secret.
            redactor.redacted(ControlSequences.sanitised(redactor.redacted(text)))
        }
        if piece.leftOut > 0 { return [reader.entry(ofBeginning: piece.bytes[...], leftOut: piece.leftOut, at: piece.start)] }
        var entries: [TranscriptEntry] = []
        var position = piece.bytes.startIndex
        while position < piece.bytes.endIndex {
            let end = piece.bytes[position...].firstIndex(of: 0x0A) ?? piece.bytes.endIndex
            entries += reader.entries(of: piece.bytes[position..<end], at: piece.start + Int64(position))
            position = end + 1
        }
        return entries
    }

    private static func isTurn(_ name: String) -> Bool {
        name.hasPrefix("turn-") && name.utf8.count > 5 && name.dropFirst(5).utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

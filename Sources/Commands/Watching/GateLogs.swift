import Engine
import Glibc
import Observability
import Orchestration

/// What the gates of a run printed: of one that runs from its process, of the others from the log folder.
struct GateLogs: Sendable {
    /// What is kept of a gate that has ended.
    struct Kept: Sendable, Equatable {
        var run: String
        /// The beginning of the commit's name.
        var commit: String
        var path: String
    }

    private let folder: RunFolder
    /// Missing where the run's logs are gone.
    private let logs: String?

    /// Bytes in one piece.
    private static let piece: Int64 = 128 << 10

    init(run: String, place: Place, surroundings: Surroundings) {
        folder = place.workspace.folder(of: ID(run))
        // Without the log folder a gate that runs can be shown all the same.
        logs = (try? RunLogs.find(run, at: place, surroundings)).map { $0.folder + "/gates" }
    }

    /// In the order in which they began.
    var kept: [Kept] {
        guard let logs, let names = try? FolderListing.names(in: logs) else { return [] }  // No gate has ended yet.
        return names.compactMap { name -> Kept? in
            guard name.hasSuffix(".log"), let hyphen = name.lastIndex(of: "-") else { return nil }
            return Kept(
                run: String(name[..<hyphen]), commit: String(name[name.index(after: hyphen)...].dropLast(4)), path: "\(logs)/\(name)")
        }.sorted { EffectID($0.run) < EffectID($1.run) }
    }

    /// The newest that looked at a commit, if one did.
    func newest(of commit: String) -> Kept? { kept.last { !$0.commit.isEmpty && commit.hasPrefix($0.commit) } }

    func running(_ run: String) -> String { folder.gate(ID(run)) + "/stdout" }

    /// - Returns: `nil` when nothing is kept of it.
    /// - Throws: `Failure` when it cannot be read.
    func page(of run: String, _ wish: PieceWish, _ redactor: Redactor) throws -> GateLogPage? {
        guard !run.isEmpty, run.utf8.allSatisfy({ $0 == 0x2D || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        var page = GateLogPage(run: run)
        var path = running(run)
        page.isGrowing = access(path, F_OK) == 0
        if !page.isGrowing {
            guard let known = kept.last(where: { $0.run == run }) else { return nil }
            (path, page.commit) = (known.path, known.commit)
        }
        let piece = try LongFile(path, isGrowing: page.isGrowing).piece(wish, most: Self.piece)
        (page.start, page.end, page.hasMore) = (piece.start, piece.end, piece.hasMore)
        page.leftOut = piece.leftOut > 0 ? piece.leftOut : nil
        let text = String(decoding: redactor.redacted(piece.bytes), as: UTF8.self)
        page.text = redactor.redacted(ControlSequences.sanitised(text, lineLimit: 20_000))
        return page
    }
}

/// The line that `git push --porcelain` prints for a ref: a flag, the refs and a summary, separated by tabs.
struct PushStatus: Sendable, Equatable {
    /// What the line means before the origin's head is known.
    enum Meaning: Sendable, Equatable {
        case pushed, alreadyThere, moved, contested, refused
    }

    let meaning: Meaning
    let summary: String

    /// Finds the line for `ref` in the output; nil if there is none, as when the connection failed.
    init?(output: String, ref: String) {
        for line in output.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count >= 3, fields[0].count == 1, let flag = fields[0].first,
                fields[1].split(separator: ":", omittingEmptySubsequences: false).last.map(String.init) == ref
            else { continue }
            summary = fields[2...].joined(separator: " ")
            switch flag {
            case " ", "*", "+": meaning = .pushed
            case "=": meaning = .alreadyThere
            default: meaning = Self.rejection(summary)
            }
            return
        }
        return nil
    }

    private static func rejection(_ summary: String) -> Meaning {
        let movedOn = ["non-fast-forward", "fetch first", "needs force", "stale info"]
        // What a server says that lost a race for the ref; whether somebody else won it shows in the ref itself.
        let lostRace = ["failed to update ref", "cannot lock ref", "incorrect old value", "reference already exists", "failed to lock"]
        let lower = summary.lowercased()
        if movedOn.contains(where: { lower.range(of: $0) != nil }) { return .moved }
        if lostRace.contains(where: { lower.range(of: $0) != nil }) { return .contested }
        return .refused
    }
}

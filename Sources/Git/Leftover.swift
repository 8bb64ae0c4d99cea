/// A file that a killed git command left in a git directory, and what became of it. For the log.
package struct Leftover: Sendable, Hashable, CustomStringConvertible {
    /// What the file is.
    package enum Kind: String, Sendable {
        /// A lock: while it is there, every command that needs it fails.
        case lock
        /// Half of an object, a pack or another file that never got its name.
        case temporary
        /// A mark that keeps a pack from being packed anew, made by a fetch.
        case keepMark = "mark of a fetch"
        /// An object without content, as a crash of the machine leaves it. Git would take it for present and never write it again.
        case emptyObject = "empty object"
    }

    /// What was done.
    package enum Outcome: Sendable, Hashable {
        /// Nobody owned it any more.
        case removed
        /// These processes live and may own it.
        case keptForLiving([Int32])
        /// These processes have it open.
        case keptOpen([Int32])
        /// It was made after the moment before which everything belongs to the past.
        case keptYounger
        /// It changed, or went away, while it was looked at: so somebody works with it.
        case keptChanging
    }

    /// The file, absolute.
    package var path: String
    /// What the file is.
    package var kind: Kind
    /// What was done.
    package var outcome: Outcome

    package var description: String {
        switch outcome {
        case .removed: "removed the stale \(kind.rawValue) \(path)"
        case .keptForLiving(let pids): "left the \(kind.rawValue) \(path): it may belong to process \(Self.list(pids))"
        case .keptOpen(let pids): "left the \(kind.rawValue) \(path): process \(Self.list(pids)) has it open"
        case .keptYounger: "left the \(kind.rawValue) \(path): it is younger than this engine"
        case .keptChanging: "left the \(kind.rawValue) \(path): it changed meanwhile"
        }
    }

    private static func list(_ pids: [Int32]) -> String { pids.map(String.init).joined(separator: ", ") }
}

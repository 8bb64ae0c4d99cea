import Observability
import Orchestration

/// The branch of its own that a run works on with `useRunBranch`: `run/YYYY-MM-DD-HH-MM`, with a number behind it where that was taken.
package enum RunBranch {
    /// How all of them begin.
    package static let prefix = "run/"

    /// A name for a run that begins now.
    static func name(at now: Timestamp, taken: Set<String>) -> String {
        let name = "\(prefix)\(TimestampFormat.folderName(now).dropLast(3))"
        guard taken.contains(name) else { return name }
        return (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } ?? name
    }

    /// The one of the run that began last; `nil` when none of the branches is a run's.
    package static func newest(of branches: some Sequence<String>) -> String? {
        var newest: (name: String, age: [Int])?
        for name in branches {
            guard let age = numbers(of: name) else { continue }
            if newest.map({ $0.age.lexicographicallyPrecedes(age) }) ?? true { newest = (name, age) }
        }
        return newest?.name
    }

    /// The numbers in a run's branch, which are in order as the runs are.
    private static func numbers(of branch: String) -> [Int]? {
        guard branch.hasPrefix(prefix) else { return nil }
        let parts = branch.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 5 || parts.count == 6, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        let numbers = parts.compactMap { Int($0) }
        return numbers.count == parts.count ? numbers : nil
    }
}

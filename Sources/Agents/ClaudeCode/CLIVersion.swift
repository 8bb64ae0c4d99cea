/// The version of the Claude Code CLI, as `claude --version` prints it: `2.1.330 (Claude Code)`.
package struct CLIVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads the probe's output; `nil` if it does not begin with three numbers.
    package init?(probe output: String) {
        guard let word = output.split(whereSeparator: \.isWhitespace).first else { return nil }
        let release = word.split(separator: "-", maxSplits: 1)[0].split(separator: ".", omittingEmptySubsequences: false)
        let numbers = release.compactMap { part in part.allSatisfy(\.isASCII) ? Int(part) : nil }
        guard release.count == 3, numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        self.init(numbers[0], numbers[1], numbers[2])
    }

    /// The oldest version that cco works with: the one it was measured against. An older CLI may not know the flags, and would
    /// silently ignore the variables that keep this machine's files out of prompts.
    package static let oldestSupported = CLIVersion(2, 1, 330)

    package var description: String { "\(major).\(minor).\(patch)" }

    package static func < (left: CLIVersion, right: CLIVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}

/// Resolves conflicts as a careful worker does when both sides add: it keeps what either side says.
enum ConflictResolution {
    /// A file's text from what the Read tool shows: each line behind its number and a tab.
    static func text(shownByRead shown: String) -> String {
        var lines: [Substring] = []
        for line in shown.split(separator: "\n", omittingEmptySubsequences: false) {
            let number = line.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
            let rest = line[number.endIndex...]
            // What has no number is the CLI's own note behind the file.
            guard !number.isEmpty, let separator = rest.first, separator == "\t" || separator == "→" else { break }
            lines.append(rest.dropFirst())
        }
        return lines.joined(separator: "\n")
    }

    /// The text without conflict markers: in each conflict the lines of both sides, those of the other side first, and none of them twice.
    static func keepingBothSides(of text: String) -> String {
        enum Region { case common, ours, base, theirs }
        var region = Region.common
        var output: [Substring] = []
        var ours: [Substring] = []
        var theirs: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            switch region {
            case .common where line.hasPrefix("<<<<<<< "):
                (region, ours, theirs) = (.ours, [], [])
            case .ours where line.hasPrefix("||||||| "): region = .base
            case .ours where line == "=======", .base where line == "=======": region = .theirs
            case .theirs where line.hasPrefix(">>>>>>> "):
                region = .common
                output += theirs + ours.filter { !theirs.contains($0) }
            case .common: output.append(line)
            case .ours: ours.append(line)
            case .theirs: theirs.append(line)
            case .base: break
            }
        }
        return output.joined(separator: "\n")
    }

}

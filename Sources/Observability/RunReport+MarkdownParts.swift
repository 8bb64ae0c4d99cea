import Orchestration

extension RunReport {
    /// Entries of a list that the written report shows; the JSON has all of them.
    static let longestList = 50

    var spendingSection: [String] {
        let head = ["## Cost and tokens", "", "| part | turns | cost | tokens | of them output |", "|---|---|---|---|---|"]
        let parts = [spending.total] + spending.byTeam + spending.byPurpose
        let rows = parts.map { line in
            let output = HumanText.tokens(Int64(line.tokens.output))
            return "| \(line.name) | \(line.turns) | \(Self.money(line)) | \(Self.tokens(line)) | \(output) |"
        }
        let credentials = spending.byCredential.map { line in
            let rejection = line.rejection.map { "; rejected: \(Self.plain($0, limit: 200))" } ?? ""
            return "- credential \(Self.code(line.name)): \(line.turns) turns, \(HumanText.money(dollars: line.costUsd))\(rejection)"
        }
        let shares = cost.map { cost in
            [("coordination", cost.coordination), ("rework", cost.rework), ("conflicts", cost.conflicts)].map { name, share in
                "- \(name): \(Self.percent(share.ofCost)) of the cost, \(Self.percent(share.ofInputTokens)) of the input tokens"
            } + (cost.costPerChangeUsd.map { ["- a landed task: \(HumanText.money(dollars: $0)), everything included"] } ?? [])
                + cost.byModel.map { line in
                    "- model \(Self.code(line.name)): \(HumanText.money(dollars: line.costUsd)), "
                        + "\(HumanText.tokens(Int64(line.tokens.total))) tokens"
                }
        }
        return head + rows + [""] + (shares ?? []) + (credentials.isEmpty ? [] : credentials + [""])
    }

    var hotFilesSection: [String] {
        guard let hotFiles else { return [] }
        return ["## Conflicts by file", "", "| file | conflicts | tasks that changed it |", "|---|---|---|"]
            + hotFiles.map { "| \(Self.code($0.path)) | \($0.conflicts) | \($0.landed + $0.open.count) |" } + [""]
    }

    var resultSection: [String] {
        let branch = push.branch.map { ", branch \(Self.code($0))" } ?? ""
        return [
            "## Where the result is", "", "- push: \(push.result)\(branch)", "- \(Self.plain(push.next))", "- log: \(Self.code(logFolder))",
            "",
        ]
    }

    static func money(_ line: Line) -> String { HumanText.money(dollars: line.costUsd) }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    static func tokens(_ line: Line) -> String { HumanText.tokens(Int64(line.tokens.total)) }

    /// Text of others as one line of Markdown in which nothing is markup.
    static func plain(_ text: String, limit: Int = 500) -> String {
        OneLine.text(text, limit: limit).reduce(into: "") { result, character in
            switch character {
            case "\\", "`", "*", "_", "<", ">", "[", "]", "|", "#": result += "\\\(character)"
            default: result.append(character)
            }
        }
    }

    /// Lines of others as a block that shows them as they are.
    static func block(_ lines: [String]) -> [String] {
        let lines = lines.map { OneLine.text($0, limit: 300) }
        let fence = String(repeating: "`", count: max(3, longestFence(in: lines.joined(separator: "\n")) + 1))
        return [fence + "text"] + lines + [fence]
    }

    private static func longestFence(in text: String) -> Int { text.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0 }

    /// Text of others as a code span, also when it holds backticks.
    static func code(_ text: String, limit: Int = 300) -> String {
        let flat = OneLine.text(text, limit: limit)
        let longest = longestFence(in: flat)
        let fence = String(repeating: "`", count: longest + 1)
        let pad = longest > 0 || flat.isEmpty ? " " : ""
        return fence + pad + flat.replacing("|", with: "\\|") + pad + fence
    }
}

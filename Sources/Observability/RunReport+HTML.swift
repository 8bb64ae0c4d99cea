import Orchestration

extension RunReport {
    /// The report as one page that needs nothing beside itself: no script, no image, no other file. Its own policy allows only its style, so that
    /// nothing in it can do anything even if an escape were missing.
    ///
    /// - Parameters:
    ///   - timeline: shown as a picture, where there is one.
    ///   - isServed: whether the run's pages serve it: then it has a way back to them.
    package func html(timeline: Timeline? = nil, isServed: Bool = false) -> String {
        let title = "\(kind) \(HTMLText.escaped(run)): \(HTMLText.escaped(outcome.word))"
        let picture = timeline.flatMap { TimelinePicture($0)?.html } ?? ""
        let sections =
            if let branches {
                [branchesHTML(branches), picture, gateHTML, resultHTML]
            } else {
                [askedHTML, landedHTML, unlandedHTML, keptHTML, questionsHTML, picture, gateHTML, hotFilesHTML, costHTML, resultHTML]
            }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src \(ReportStyle.hash); img-src data:; base-uri 'none'; form-action 'none'">
            <meta name="referrer" content="no-referrer">
            <title>\(title)</title>
            <link rel="icon" href="data:,">
            <style>\(ReportStyle.sheet)</style>
            </head>
            <body>
            <main>
            \(isServed ? "<p class=\"back\"><a href=\"/\">Back to the run's pages</a></p>" : "")
            \(headHTML)
            \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    private var kind: String { branches == nil ? "Run" : "Merge" }

    private var headHTML: String {
        let word = outcome.word
        let tone = ["complete", "merged"].contains(word) ? "good" : outcome.hasEnded ? "bad" : "warn"
        var lines = [
            "<h1>\(kind) \(HTMLText.escaped(run))</h1>",
            "<p class=\"outcome\"><strong class=\"\(tone)\">\(HTMLText.escaped(word))</strong> \(HTMLText.words(outcome.explanation))</p>",
        ]
        if gate.isUngated { lines.append("<p class=\"alarm\">Ungated: nothing has verified the work of this run.</p>") }
        if let refusal = push.refusal {
            lines.append("<p class=\"alarm\">Origin does not take \(HTMLText.code(targetBranch)): \(HTMLText.words(refusal))</p>")
        }
        if let red = gate.baselineRed {
            lines.append(
                "<p class=\"alarm\">The gate fails on \(HTMLText.code(targetBranch)) as it was found (\(HTMLText.words(red))).</p>")
        }
        lines.append(HTMLText.facts(branches == nil ? placeFacts + companyFacts : placeFacts))
        if !outcome.summary.isEmpty { lines.append("<blockquote>\(HTMLText.words(outcome.summary, limit: 2_000))</blockquote>") }
        return lines.joined(separator: "\n")
    }

    private var placeFacts: [(String, String)] {
        let commits = [startedFrom, head].compactMap { $0.map { HTMLText.code(String($0.prefix(10))) } }
        let isMoved = commits.count == 2 && push.result != "fallback"
        return [
            ("Repository", HTMLText.words(repository)),
            ("Branch", HTMLText.code(targetBranch) + (isMoved ? " \(commits[0]) → \(commits[1])" : "")),
            ("Started", HumanText.time(time.startedAt)), (outcome.hasEnded ? "Ended" : "Last change", HumanText.time(time.endedAt)),
        ]
    }

    private var companyFacts: [(String, String)] {
        let unlanded = teams.reduce(0) { $0 + $1.unlanded.count }
        let tasks = unlanded + teams.reduce(0) { $0 + $1.landed.count }
        let worked = HumanText.duration(milliseconds: time.workedMilliseconds)
        return [
            ("Time", "\(worked) of \(HumanText.duration(milliseconds: time.limitMilliseconds))"),
            ("Tasks", HumanText.landed(tasks - unlanded - unneeded, unneeded: unneeded, of: tasks)),
            ("Cost", "\(Self.money(spending.total))\(budget), \(Self.tokens(spending.total)) tokens, \(spending.total.turns) turns"),
        ]
    }

    /// Tasks that landed, and as many that did not, that the page lists one by one: enough for a person, and for a browser.
    private static let mostRows = 1_500

    private static func more(_ count: Int) -> String {
        count > 0 ? "<p class=\"weak\">… and \(count) more; the report as JSON has all of them.</p>" : ""
    }

    private func section(_ title: String, _ body: String) -> String { "<section><h2>\(title)</h2>\n\(body)</section>" }

    private var askedHTML: String {
        guard !direction.isEmpty else { return section("What was asked", "<p>There was no direction.</p>") }
        let lines = direction.map { HTMLText.escaped(OneLine.text($0, limit: 300)) }.joined(separator: "\n")
        return section("What was asked", "<pre dir=\"auto\">\(lines)</pre>")
    }

    private var landedHTML: String {
        let teams = teams.filter { !$0.landed.isEmpty }
        guard !teams.isEmpty else { return section("What landed", "<p>No task landed.</p>") }
        var left = Self.mostRows
        let tables = teams.map { team in
            let shown = team.landed.prefix(left)
            left -= shown.count
            let rows = shown.map { task in
                [
                    HTMLText.escaped(task.id), HTMLText.words(task.title, limit: 200), HTMLText.escaped(task.worker ?? "–"),
                    task.commit.map { HTMLText.code(String($0.prefix(10))) } ?? HTMLText.escaped(task.state), "\(task.reworks)",
                    "\(task.conflicts)", "\(task.redGates)", HumanText.money(dollars: task.costUsd),
                ]
            }
            let note = team.undelivered ? "<p class=\"alarm\">Not all of it is on \(HTMLText.code(targetBranch)).</p>" : ""
            return "<h3>\(HTMLText.escaped(team.id))\(team.goal.map { ": " + HTMLText.words($0, limit: 200) } ?? "")</h3>\(note)"
                + HTMLText.table(
                    ["Task", "Title", "Worker", "Commit", "#Rework", "#Conflicts", "#Red gates", "#Cost"], rows,
                    caption: "Landed tasks of \(HTMLText.escaped(team.id))")
                + Self.more(team.landed.count - shown.count)
        }
        return section("What landed", tables.joined(separator: "\n"))
    }

    private var unlandedHTML: String {
        let teams = teams.filter { !$0.unlanded.isEmpty || $0.stuck != nil }
        guard !teams.isEmpty else { return "" }
        var left = Self.mostRows
        let parts = teams.map { team in
            let shown = team.unlanded.prefix(left)
            left -= shown.count
            let stuck = team.stuck.map { "<p class=\"alarm\">\(HTMLText.escaped(team.id)) is stuck: \(HTMLText.words($0))</p>" } ?? ""
            let items = shown.map { task in
                let kept = task.head.map { ", its work: \(HTMLText.code(String($0.prefix(10))))" } ?? ""
                return "\(HTMLText.escaped(task.id)) \(HTMLText.words(task.title, limit: 200)): \(HTMLText.escaped(task.state)), "
                    + "\(HTMLText.words(HumanText.times(in: task.why ?? ""), limit: 300))\(kept)"
            }
            return stuck + (items.isEmpty ? "" : HTMLText.list(items)) + Self.more(team.unlanded.count - shown.count)
        }
        return section("What did not land", parts.joined(separator: "\n"))
    }

    private var keptHTML: String {
        guard !kept.isEmpty else { return "" }
        return section("Where unmerged work is kept", HTMLText.list(kept.map { "\(HTMLText.code($0.ref)): \(HTMLText.words($0.why))" }))
    }

    private var gateHTML: String {
        var facts: [(String, String)] = []
        if let command = gate.command {
            facts.append(("Gate", HTMLText.code(command) + (gate.proposedBy.map { " proposed by \(HTMLText.escaped($0))" } ?? "")))
            facts.append(("Verdicts", "\(merges.gateRuns), \(HumanText.duration(milliseconds: merges.gateMilliseconds)) in green ones"))
            facts.append(("Flakes", "\(merges.flakes)"))
        } else {
            facts.append(("Gate", gate.isUngated ? "none: the run is ungated" : "not chosen yet"))
        }
        if let quick = gate.quickCommand {
            facts.append(("Quick gate", "\(HTMLText.code(quick)), \(merges.quickRuns ?? 0) runs, \(merges.quickReds ?? 0) red"))
        }
        facts.append(("Merges", "\(merges.published), \(merges.conflicts) conflicts, \(merges.redGates) sent back by the gate"))
        let flakes = (gate.flakes ?? []).map { "\($0.times) times: \(HTMLText.words($0.failure, limit: 200))" }
        return section("Gate and merges", HTMLText.facts(facts) + (flakes.isEmpty ? "" : HTMLText.list(flakes)))
    }

    private var hotFilesHTML: String {
        guard let hotFiles else { return "" }
        let rows = hotFiles.map { [HTMLText.code($0.path), "\($0.conflicts)", "\($0.landed + $0.open.count)"] }
        return section(
            "Conflicts by file", HTMLText.table(["File", "#Conflicts", "#Tasks that changed it"], rows, caption: "Files at which work met"))
    }

    private var costHTML: String {
        let cost = CostReport(self)
        let tables = cost.parts.filter { !$0.lines.isEmpty }.map { part in
            let lines = part.title == "task" ? Array(part.lines.sorted { $0.costUsd > $1.costUsd }.prefix(Self.longestList)) : part.lines
            let rows = lines.map { line in
                [
                    HTMLText.words(line.name, limit: 80)
                        + (line.note.map { " <span class=\"weak\">\(HTMLText.words($0, limit: 120))</span>" } ?? ""),
                    line.turns.map(String.init) ?? "", HumanText.money(dollars: line.costUsd), HumanText.tokens(Int64(line.tokens.total)),
                ]
            }
            return HTMLText.table(
                [part.title.prefix(1).uppercased() + part.title.dropFirst(), "#Turns", "#Cost", "#Tokens"], rows,
                caption: "Cost by \(part.title)")
        }
        return section("Cost and tokens", "<div class=\"columns\">\(tables.joined(separator: "\n"))</div>")
    }

    private var resultHTML: String {
        section(
            "Where the result is",
            HTMLText.list([
                "push: \(HTMLText.escaped(push.result))\(push.branch.map { ", branch \(HTMLText.code($0))" } ?? "")",
                HTMLText.words(push.next), "written \(HumanText.time(writtenAt))",
            ]))
    }
}

import Foundation

/// A whole run with the real CLI and a scripted model of fixed latency, against a shell script: a worktree for each task, `xargs -P`, and then
/// merge and gate one by one; and against one session of the CLI that has subagents of its own do the same in worktrees. The gate is the same, and the result has to be: every file there, the gate green in a fresh clone.
struct WholeRun {
    var laboratory: Laboratory
    var tasks: Int
    var workers: Int
    var pairs: Int
    /// That the model takes for each answer.
    var latencyMilliseconds: Int
    private let gate = "sleep 0.5; sh check.sh"

    init(laboratory: Laboratory, tasks: Int, workers: Int, latencyMilliseconds: Int, pairs: Int) {
        self.laboratory = laboratory
        self.tasks = tasks
        self.workers = workers
        self.latencyMilliseconds = latencyMilliseconds
        self.pairs = pairs
    }

    private struct Tokens: Decodable {
        let requests: Int
        let input: Int
        let cacheRead: Int
        let cacheWrite: Int
        let output: Int
        var total: Int { input + cacheRead + cacheWrite + output }
    }

    /// One side's site: a model, a repository with the first files, and a home for the CLI.
    private struct Site {
        var folder: String
        var model: Background
        var origin: String
        var address: String
    }

    func rows() throws -> [Row] {
        guard let cli = Self.cli else {
            return [Row(measure: "whole run: not measured, there is no CLI (scripts/setup gets it)", figure: "–", goal: "", isReached: nil)]
        }
        var time = Readings()
        var ratio = Readings()
        var tokens = Readings()
        var scriptTokens = Readings()
        var overSession = Readings()
        var sessionTokens = Readings()
        // A session now and then loses one of its subagents' branches, and calls the work done.
        var sessionLanded = Readings()
        for _ in 0..<pairs {
            let ours = try site()
            try configure(ours, cli)
            let result = try laboratory.run([laboratory.cco, "start", "--config", ours.folder + "/config"])
            tokens.add(Double(try finish(ours).total) / Double(tasks) / 1_000)
            let theirs = try site()
            let other = try script(theirs, cli)
            scriptTokens.add(Double(try finish(theirs).total) / Double(tasks) / 1_000)
            time.add(result.seconds)
            ratio.add(other / result.seconds)
            let single = try site()
            let session = try self.session(single, cli)
            single.model.end()
            sessionLanded.add(Double(try landed(single)))
            sessionTokens.add(Double(try used(single).total) / Double(tasks) / 1_000)
            overSession.add(session / result.seconds)
        }
        let name = "whole run, \(workers) workers, \(tasks) tasks, answers after \((Double(latencyMilliseconds) / 1_000).text(0)) s"
        return [
            Row(measure: "\(name): s", figure: time.text(1), goal: "", isReached: nil),
            Row(measure: "\(name): faster than the script", figure: ratio.text() + "×", goal: "> 1×", isReached: ratio.median > 1),
            Row(
                measure: "\(name): faster than one session with subagents", figure: overSession.text() + "×", goal: "> 1×",
                isReached: overSession.median > 1),
            Row(measure: "\(name): landed by the one session, of \(tasks)", figure: sessionLanded.text(0), goal: "", isReached: nil),
            Row(measure: "\(name): thousand tokens a task", figure: tokens.text(1), goal: "", isReached: nil),
            Row(measure: "\(name): thousand tokens a task, script", figure: scriptTokens.text(1), goal: "", isReached: nil),
            Row(measure: "\(name): thousand tokens a task, one session", figure: sessionTokens.text(1), goal: "", isReached: nil),
        ]
    }

    private static var cli: String? {
        let cache = ProcessInfo.processInfo.environment["HOME"].map { $0 + "/.cache/cco/claude-cli" } ?? ""
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []
        return versions.sorted().last.map { "\(cache)/\($0)/claude" }.flatMap {
            FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil
        }
    }

    private func site() throws -> Site {
        let folder = try laboratory.folder("whole")
        // A plan may hold 60 tasks.
        let teams = max(1, (tasks + 49) / 50)
        let model = try Background(
            [laboratory.tools.ccoBench, "model", folder, "\(tasks)", "\(teams)", "\(latencyMilliseconds)", "\(workers)", gate], laboratory)
        try model.wait("the scripted model") { FileManager.default.fileExists(atPath: folder + "/address") }
        let origin = folder + "/origin.git"
        try laboratory.script(
            """
            git init -q --bare -b main "$2"
            cd "$1/seed" && git init -q -b main && git add -A && git commit -q -m Seed && git push -q "$2" main
            """, [folder, origin])
        return Site(
            folder: folder, model: model, origin: origin, address: try String(contentsOfFile: folder + "/address", encoding: .utf8))
    }

    private func configure(_ site: Site, _ cli: String) throws {
        let config = site.folder + "/config"
        try FileManager.default.createDirectory(atPath: config, withIntermediateDirectories: true)
        let teams = max(1, (tasks + 49) / 50)
        let options = """
            {"repositoryUrl": "\(site.origin)", "workerCount": \(workers), "engineerManagerGroupSize": \((workers + teams - 1) / teams),
             "authMode": "api-keys-only", "claudeExecutable": "\(cli)", "review": "none", "promotion": "auto", "verifyCommand": "\(gate)"}
            """
        try options.write(toFile: config + "/orchestrator.json", atomically: false, encoding: .utf8)
        let keys = #"[{"name": "key-1", "apiKey": "sk-ant-bench-0123456789-abcdefghij", "baseUrl": "\#(site.address)"}]"#
        try keys.write(toFile: config + "/api-keys.json", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: config + "/api-keys.json")
    }

    /// Ends the model, and looks at what has come of the repository.
    private func finish(_ site: Site) throws -> Tokens {
        site.model.end()
        let landed = try landed(site)
        guard landed == tasks else { throw Program.Failure(description: "\(landed) of \(tasks) tasks have landed") }
        try laboratory.script("git clone -q \"$1\" \"$2\" && cd \"$2\" && sh check.sh", [site.origin, site.folder + "/clone"])
        return try used(site)
    }

    /// What the model has counted. Only once it has ended.
    private func used(_ site: Site) throws -> Tokens { try JSONDecoder().decode(Tokens.self, from: Data(site.model.text.utf8)) }

    private func landed(_ site: Site) throws -> Int {
        let files = try laboratory.run(["git", "--git-dir", site.origin, "ls-tree", "--name-only", "main:src"]).output
        return files.split(separator: "\n").count
    }

    /// - Returns: seconds.
    private func script(_ site: Site, _ cli: String) throws -> Double {
        try shell([Self.fanOut, "sh", site.folder, site.origin, cli, "\(workers)", gate], site)
    }

    /// - Returns: seconds.
    private func session(_ site: Site, _ cli: String) throws -> Double {
        try shell([Self.oneSession, "sh", site.folder, site.origin, cli], site)
    }

    private func shell(_ words: [String], _ site: Site) throws -> Double {
        var variables = laboratory.environment
        variables["ANTHROPIC_BASE_URL"] = site.address
        variables["ANTHROPIC_API_KEY"] = "sk-ant-bench-0123456789-abcdefghij"
        variables["CLAUDE_CONFIG_DIR"] = site.folder + "/claude"
        for name in ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_TELEMETRY", "DISABLE_AUTOUPDATER", "IS_SANDBOX"] {
            variables[name] = "1"
        }
        variables["BASH_MAX_TIMEOUT_MS"] = "3600000"
        return try Program(words: ["sh", "-euc"] + words, folder: laboratory.root, environment: variables).run().seconds
    }

    private static let oneSession = #"""
        cd "$1"
        git clone -q "$2" hub
        cd hub
        "$3" -p 'Do every task of the list with subagents, each in a worktree of its own; then merge, verify and push.' \
            --output-format json --permission-mode bypassPermissions >../log-session 2>&1
        """#

    /// What a person would write: every task in a worktree of its own, so many at a time, and then merge, gate and push one by one.
    private static let fanOut = #"""
        folder=$1 origin=$2 cli=$3 workers=$4 gate=$5
        cd "$folder"
        git clone -q "$origin" hub
        cd hub
        number=0
        while read -r title; do
            number=$((number + 1))
            git worktree add -q --no-track -b "work-$number" "../work-$number" main
            printf '%s\0' "$number" "$title"
        done <../titles >../jobs
        worker='cd "$0/work-$2" && "$1" -p "Do the task \"$3\", commit it on this branch, and stop." --output-format json \
            --permission-mode bypassPermissions --tools Bash,Edit,Read,Write >"$0/log-$2" 2>&1'
        xargs -0 -n 2 -P "$workers" sh -c "$worker" "$folder" "$cli" <../jobs
        for branch in $(git for-each-ref --format='%(refname:short)' 'refs/heads/work-*'); do
            git merge -q --no-ff -m "Merge $branch" "$branch" >/dev/null || { git merge --abort; continue; }
            if sh -c "$gate" >/dev/null 2>&1; then git push -q origin main; else git reset -q --hard HEAD^; fi
        done
        """#
}

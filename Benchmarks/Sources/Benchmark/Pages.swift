import Foundation

/// How the web pages do with a very large run, in headless Chromium, and what open views cost the run: processor time while everybody waits, and
/// memory while hundreds of turns go by. Absolute figures, for there is nothing to compare them with; the goals are those of the requirements.
struct Pages {
    var laboratory: Laboratory
    var tasks: Int
    var agents: Int
    /// Times that the pages are opened afresh.
    var loads: Int
    /// Seconds of the look at the processor time.
    var idleSeconds: Int
    /// Tasks of the run that goes by.
    var turns: Int

    private struct Scale: Decodable {
        struct First: Decodable {
            var shell: Double
            var figures: Double
            var all: Double
            var longest: Double
        }

        struct Frames: Decodable {
            var p95: Double
            var worst: Double
        }

        struct Page: Decodable {
            var shown: Double
            var longest: Double
            var scroll: Frames?
            var zoom: Frames?
            var spans: Int?
            /// The longest piece of work while its content came.
            var loading: Double?
        }

        struct Memory: Decodable {
            var page: Double
            var server: Double
        }

        struct Report: Decodable {
            var bytes: Double
        }

        /// Until `cco web` has printed its link.
        var link: Double
        /// The very first look, in which the browser has nothing yet.
        var cold: First
        var first: [First]
        var tasks: Page
        var agents: Page
        var graph: Page
        var timeline: Page
        var memory: Memory
        var report: Report
    }

    private struct Idle: Decodable {
        var percent: [String: Double]
    }

    func rows() throws -> [Row] {
        // Without the browser of `scripts/setup` there is nothing to measure.
        guard let browser = BrowserSite() else { return [] }
        return try scale(browser) + idle(browser) + Soak(laboratory: laboratory, turns: turns).rows()
    }

    private func scale(_ browser: BrowserSite) throws -> [Row] {
        let config = try laboratory.folder("pages")
        try grow(in: config)
        let variables = ["CCO_SCALE_TASKS": "\(tasks)", "CCO_SCALE_AGENTS": "\(agents)", "CCO_SCALE_LOADS": "\(loads)"]
        let scale = try browser.read(Scale.self, "scale.py", [], config, laboratory, variables)
        var (shell, figures, all, longest) = (Readings(), Readings(), Readings(), Readings())
        for first in scale.first {
            shell.add(first.shell)
            figures.add(first.figures)
            all.add(first.all)
            longest.add(first.longest)
        }
        let name = "pages, \(tasks) tasks, \(agents) agents"
        func row(_ what: String, _ figure: String, _ goal: String = "", _ isReached: Bool? = nil) -> Row {
            Row(measure: "\(name): \(what)", figure: figure, goal: goal, isReached: isReached)
        }
        func page(_ what: String, _ page: Scale.Page) -> Row {
            let moving = [page.scroll.map { ("scrolling", $0) }, page.zoom.map { ("zooming", $0) }].compactMap { $0 }.map {
                ", \($0.0): 95 % of frames within \($0.1.p95.text(0)), worst \($0.1.worst.text(0))"
            }
            return row("\(what), ms", "shown after \(page.shown.text(0)), longest piece of work \(page.longest.text(0))\(moving.joined())")
        }
        return [
            row("the link is printed after, ms", scale.link.text(0)),
            row("first figures of the very first look, ms", scale.cold.figures.text(0)),
            row("first paint, ms", shell.text(0)),
            row("first figures, ms", figures.text(0), "< 300", figures.median < 300),
            row("every task is there, ms", all.text(0)),
            row("longest piece of work until then, ms", longest.text(0)),
            page("task list", scale.tasks), page("agent list", scale.agents), page("task graph", scale.graph),
            page("timeline", scale.timeline),
            row("memory, MB", "page \((scale.memory.page / 1e6).text(0)), cco web \((scale.memory.server / 1e6).text(0))"),
            row("the report as a page, MB", (scale.report.bytes / 1e6).text(1)),
        ]
    }

    /// A workspace whose run stands still in the midst of its work.
    private func grow(in config: String) throws {
        let run = "2026-01-01-00-00-00"
        let script = """
            cd "$1"
            mkdir -p -m 700 workspace workspace/runs workspace/runs/\(run) \(run)
            git init -q --bare -b main origin.git
            git init -q --bare -b main workspace/runs/\(run)/hub.git
            echo 1 >workspace/format
            echo \(run) >workspace/current
            echo '2026-01-01T00:00:00.000Z [run] begins' >\(run)/combined.log
            printf '{"repositoryUrl": "%s/origin.git", "workerCount": 1, "authMode": "api-keys-only", "verifyCommand": "true"}' "$1" >orchestrator.json
            echo '[{"name": "key-1", "apiKey": "sk-ant-bench-0123456789-abcdefghij"}]' >api-keys.json
            chmod 600 api-keys.json workspace/format workspace/current
            """
        try laboratory.script(script, [config])
        try laboratory.run([
            laboratory.tools.ccoBench, "grow", "\(config)/workspace/runs/\(run)", run, "\(tasks)", "\(agents)", laboratory.cco,
        ])
    }

    private func idle(_ browser: BrowserSite) throws -> [Row] {
        let site = try AgentSite(laboratory: laboratory, graph: TaskGraph(waitingForOne: 20, seconds: 3_600), workers: 20)
        let idle = try browser.read(Idle.self, "views.py", ["idle", "\(idleSeconds)"], site.config, laboratory)
        let parts = idle.percent.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text(2))" }.joined(separator: ", ")
        let sum = idle.percent.values.reduce(0, +)
        return [
            Row(
                measure: "views: processor time over \(idleSeconds) s while all wait, two pages and cco watch open, % of a core",
                figure: "\(sum.text(2)) (\(parts))", goal: "< 0.5", isReached: sum < 0.5)
        ]
    }
}

/// Python and Chromium as `scripts/setup` leaves them, and the programs in `Tests/Browser`.
struct BrowserSite {
    private let python: String
    private let chromium: String
    private let programs: String

    /// `nil` where they are not set up.
    init?() {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        python = "\(cache)/cco/browser/1/bin/python"
        guard let chromium = Tools.find("chromium"), Tools.find("tmux") != nil, FileManager.default.isExecutableFile(atPath: python) else {
            return nil
        }
        self.chromium = chromium
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        programs = (0..<5).reduce(own) { url, _ in url.deletingLastPathComponent() }.appending(path: "Tests/Browser").path
    }

    func read<Value: Decodable>(
        _ type: Value.Type, _ program: String, _ arguments: [String], _ config: String, _ laboratory: Laboratory,
        _ variables: [String: String] = [:]
    ) throws -> Value {
        let environment = laboratory.environment.merging(variables) { _, new in new }.merging([
            "CCO_TEST_CCO": laboratory.cco, "CCO_TEST_CONFIG": config, "CCO_TEST_SCRATCH": try laboratory.folder("browser"),
            "CCO_TEST_CHROMIUM": chromium, "PYTHONDONTWRITEBYTECODE": "1",
        ]) { _, new in new }
        let output = try Program(words: [python, "\(programs)/\(program)"] + arguments, folder: laboratory.root, environment: environment)
            .run().output
        return try JSONDecoder().decode(type, from: Data(output.utf8))
    }
}

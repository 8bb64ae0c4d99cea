import Foundation

/// Memory for each agent that waits, and processor time while everybody waits and views are open, against supervisors in Node and in C.
///
/// In cco an agent that waits holds no process: one agent works, the others have nothing to do until it is done. There each has its process
/// and its pipes. Memory is the supervisor's private memory with many agents less that with few, for each agent more.
struct WaitingAgents {
    var laboratory: Laboratory
    var agents: Int
    /// Seconds of each look at the processor time.
    var idleSeconds: UInt32
    var pairs: Int

    private var few: Int { max(2, agents / 100) }

    func rows() throws -> [Row] {
        let node = Tools.find("node")
        var memory = Readings()
        var nodeMemory = Readings()
        var plainMemory = Readings()
        var idle = Readings()
        var nodeIdle = Readings()
        for _ in 0..<pairs {
            let small = try start(few)
            let less = try small.engine.privateKilobytes()
            small.end()
            let large = try start(agents)
            memory.add((try large.engine.privateKilobytes() - less) / Double(agents - few))
            plainMemory.add(try memoryOfOne([laboratory.tools.bench("waiting")]))
            let script = node.map { [$0, laboratory.tools.scripts + "/waiting.mjs"] }
            if let script { nodeMemory.add(try memoryOfOne(script)) }
            let other = try script.map { try supervise(agents, $0) }
            // All of it at once: nothing here uses the processor.
            let before = (try large.processorSeconds(), try other?.processorSeconds())
            sleep(idleSeconds)
            idle.add((try large.processorSeconds() - before.0) / Double(idleSeconds) * 100)
            if let other, let old = before.1 { nodeIdle.add((try other.processorSeconds() - old) / Double(idleSeconds) * 100) }
            // Who has ended uses nothing.
            if let ended = large.ended { throw Program.Failure(description: "\(ended) has ended while it was looked at") }
            other?.end()
            large.end()
        }
        var rows = [
            Row(
                measure: "waiting: private KB for each of \(agents) agents", figure: memory.text(1), goal: "≤ 5",
                isReached: memory.median <= 5),
            Row(
                measure: "waiting: processor time with two views open, % of a core", figure: idle.meanText(2), goal: "< 0.5",
                isReached: idle.mean < 0.5),
        ]
        rows.append(
            Row(measure: "waiting: private KB for each child of a program in C", figure: plainMemory.text(1), goal: "", isReached: nil))
        if node != nil {
            rows += [
                Row(measure: "waiting: private KB for each child of Node", figure: nodeMemory.text(1), goal: "", isReached: nil),
                Row(measure: "waiting: processor time of Node, %", figure: nodeIdle.meanText(2), goal: "", isReached: nil),
            ]
        }
        return rows
    }

    /// A run in which everybody waits for one, and its views.
    private struct Waiting {
        var engine: Background
        var views: [Background]

        /// Who has ended.
        var ended: String? {
            if engine.hasEnded { return "the engine" }
            return views.contains { $0.hasEnded } ? "a view" : nil
        }

        func processorSeconds() throws -> Double { try ([engine] + views).reduce(0) { $0 + (try $1.processorSeconds()) } }

        /// A second signal ends a run at once.
        func end() {
            views.forEach { $0.end() }
            engine.end()
        }
    }

    private func start(_ agents: Int) throws -> Waiting {
        let site = try AgentSite(
            laboratory: laboratory, graph: TaskGraph(waitingForOne: agents, seconds: 3_600), workers: agents)
        let engine = try Background(site.startWords, laboratory)
        // The first task's agent is at work, so the plan is taken and everybody else waits.
        try engine.wait("\(agents) agents") {
            let status = try laboratory.run([laboratory.cco, "status", "--json", "--config", site.config], allowing: Set(0...255))
            return status.exit == 0 && status.output.contains("\"in progress\"") && status.output.contains("task-\(agents)\"")
        }
        let views = try [["logs", "--follow"], ["logs", "--follow", "--agent", "worker-1"]].map { words in
            try Background([laboratory.cco] + words + ["--config", site.config], laboratory)
        }
        for view in views { try view.wait("a view") { !view.text.isEmpty } }
        sleep(1)
        return Waiting(engine: engine, views: views)
    }

    /// Private KB that one child more takes of a supervisor.
    private func memoryOfOne(_ words: [String]) throws -> Double {
        let (many, few) = (try supervise(agents, words), try supervise(few, words))
        defer {
            many.end()
            few.end()
        }
        return (try many.privateKilobytes() - few.privateKilobytes()) / Double(agents - self.few)
    }

    private func supervise(_ children: Int, _ words: [String]) throws -> Background {
        let supervisor = try Background(words + ["\(children)"], laboratory)
        try supervisor.wait("\(children) children of \(words[0])") { supervisor.text.contains("ready") }
        sleep(1)
        return supervisor
    }
}

extension TaskGraph {
    /// One task that takes very long, and others that wait for it.
    init(waitingForOne count: Int, seconds: Double) {
        self.init(nodes: (0..<count).map { Node(name: "t\($0)", seconds: seconds, after: $0 == 0 ? [] : [0]) })
    }
}

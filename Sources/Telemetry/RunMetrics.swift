import Orchestration

/// A run as metrics, for Prometheus and what reads its form.
package struct RunMetrics: Sendable {
    private let status: RunStatus
    private let cost: CostReport
    private let gates: GateTally
    private let isLive: Bool

    package init(status: RunStatus, cost: CostReport, gates: GateTally, isLive: Bool) {
        self.status = status
        self.cost = cost
        self.gates = gates
        self.isLive = isLive
    }

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package var text: String {
        var page = PrometheusText()
        addRun(to: &page)
        addWork(to: &page)
        addSpending(to: &page)
        addMerges(to: &page)
        addLimits(to: &page)
        return page.text
    }

    private func flag(_ value: Bool) -> Double { value ? 1 : 0 }

    private func seconds(_ milliseconds: Int64) -> Double { Double(milliseconds) / 1000 }

    /// One sample for each of the words, 1 for the one that holds.
    private func states(_ label: String, _ words: [String], _ present: String) -> [(labels: [(String, String)], value: Double)] {
        words.map { ([(label, $0)], flag($0 == present)) }
    }

    private func addRun(to page: inout PrometheusText) {
        page.add(
            "cco_run_info", .gauge, "The run that the other metrics are about.",
            [([("run", status.run), ("repository", status.repository), ("branch", status.targetBranch)], 1)])
        page.add(
            "cco_run_phase", .gauge, "Whether the run is in this phase.",
            states("phase", ["preparing", "working", "finishing", "ended"], status.phase))
        if let end = status.end { page.add("cco_run_end", .gauge, "Why the run ends or has ended.", [([("reason", end.reason)], 1)]) }
        page.add("cco_run_live", .gauge, "Whether an engine has the run in hand.", flag(isLive))
        page.add("cco_run_suspended", .gauge, "Whether the run stands still until it is resumed.", flag(status.suspension != nil))
        page.add("cco_run_needs_person", .gauge, "Whether the run cannot go on without a person.", flag(status.needsPerson))
        page.add("cco_run_start_time_seconds", .gauge, "When the run started, in seconds since 1970.", seconds(status.time.startedAt.ms))
        page.add(
            "cco_run_last_change_time_seconds", .gauge, "When the run's state last changed, in seconds since 1970.",
            seconds(status.time.lastChangeAt.ms))
        page.add(
            "cco_run_worked_seconds", .gauge, "Time in which an engine had the run in hand, without rests. A turn in vain gives some back.",
            seconds(status.time.workedMilliseconds))
        page.add("cco_run_limit_seconds", .gauge, "Time that the run may work.", seconds(status.time.limitMilliseconds))
    }

    private func addWork(to page: inout PrometheusText) {
        var tasks: [String: Int] = [:]
        for task in status.tasks { tasks[task.state, default: 0] += 1 }
        let words = ["waiting", "in progress", "in review", "merging", "landed", "nothing to change", "dropped", "failed"]
        page.add("cco_tasks", .gauge, "Tasks by state.", words.map { ([("state", $0)], Double(tasks[$0] ?? 0)) })
        page.add(
            "cco_task_returns_total", .counter, "Times that tasks came back to their workers, by reason.",
            [
                ([("reason", "rework")], sum(\.reworks)), ([("reason", "conflict")], sum(\.conflicts)),
                ([("reason", "red_gate")], sum(\.redGates)),
            ])
        var agents: [[String]: Int] = [:]
        for agent in status.agents { agents[[agent.role, agent.state], default: 0] += 1 }
        page.add(
            "cco_agents", .gauge, "Agents by role and state.",
            ["director", "engineerManager", "worker"].flatMap { role in
                ["working", "idle"].map { ([("role", role), ("state", $0)], Double(agents[[role, $0]] ?? 0)) }
            })
        page.add("cco_turns_total", .counter, "Turns that have ended.", Double(status.spending.turns))
        page.add(
            "cco_delayed_effects", .gauge, "Things that could not be done and are tried again.", Double(status.delayed.count))
    }

    private func sum(_ path: KeyPath<RunStatus.TaskStatus, Int>) -> Double { Double(status.tasks.reduce(0) { $0 + $1[keyPath: path] }) }

    private func addSpending(to page: inout PrometheusText) {
        page.add("cco_cost_usd_total", .counter, "What the run has cost.", status.spending.costUsd)
        page.add("cco_tokens_total", .counter, "Tokens by kind.", tokens([], status.spending.tokens))
        for (part, lines) in [("model", cost.byModel), ("purpose", cost.byPurpose)] {
            page.add(
                "cco_\(part)_cost_usd_total", .counter, "What the run has cost, by \(part).", lines.map { ([(part, $0.name)], $0.costUsd) })
            page.add(
                "cco_\(part)_tokens_total", .counter, "Tokens by \(part) and kind.", lines.flatMap { tokens([(part, $0.name)], $0.tokens) })
            page.add(
                "cco_\(part)_turns_total", .counter, "Turns that have ended, by \(part).",
                lines.map { ([(part, $0.name)], Double($0.turns ?? 0)) })
        }
        let ceilings = cost.ceilings.map { ceiling in (labels: [("scope", ceiling.scope), ("measure", ceiling.measure)], ceiling) }
        page.add("cco_budget_ceiling", .gauge, "What may be spent.", ceilings.map { ($0.labels, $0.1.ceiling) })
        page.add("cco_budget_spent", .gauge, "What is spent of a ceiling.", ceilings.map { ($0.labels, $0.1.spent) })
        page.add("cco_budget_held", .gauge, "What turns under way may still take of a ceiling.", ceilings.map { ($0.labels, $0.1.held) })
    }

    private func tokens(_ labels: [(String, String)], _ tokens: RunStatus.Tokens) -> [(labels: [(String, String)], value: Double)] {
        [("input", tokens.input), ("cache_write", tokens.cacheWrite), ("cache_read", tokens.cacheRead), ("output", tokens.output)].map {
            (labels + [("kind", $0.0)], Double($0.1))
        }
    }

    private func addMerges(to page: inout PrometheusText) {
        page.add("cco_merges_total", .counter, "Candidates that have landed.", Double(status.merges.published))
        page.add("cco_merge_conflicts_total", .counter, "Merges that failed by conflict.", Double(status.merges.conflicts))
        page.add("cco_merge_red_returns_total", .counter, "Candidates that went back for a red gate.", Double(status.merges.redGates))
        page.add("cco_gate_flakes_total", .counter, "Gates that were red and then green on the same tree.", Double(status.merges.flakes))
        page.addSummary(
            "cco_gate_duration_seconds", "Gate runs by verdict.",
            gates.counts.sorted { ($0.key.gate, $0.key.verdict) < ($1.key.gate, $1.key.verdict) }.map { kind, count in
                ([("gate", kind.gate), ("verdict", kind.verdict)], seconds(count.milliseconds), count.runs)
            })
        page.add("cco_merge_queue_length", .gauge, "Candidates that wait to land, by target.", queues)
    }

    private var queues: [(labels: [(String, String)], value: Double)] {
        let known = status.queues.map { queue in (labels: [("target", queue.team ?? "base")], value: Double(queue.candidates.count)) }
        return status.queues.contains { $0.team == nil } ? known : [([("target", "base")], 0)] + known
    }

    private func addLimits(to page: inout PrometheusText) {
        page.add("cco_waiting", .gauge, "Whether nobody works and only the clock or a person changes that.", flag(status.waiting != nil))
        if let until = status.waiting?.until {
            page.add("cco_waiting_until_time_seconds", .gauge, "When the run goes on by itself, in seconds since 1970.", seconds(until.ms))
        }
        page.add(
            "cco_credential_state", .gauge, "Whether the credential is in this state.",
            status.credentials.flatMap { credential in
                ["usable", "benched", "rejected", "spent"].map {
                    ([("credential", credential.name), ("state", $0)], flag($0 == credential.state))
                }
            })
        page.add(
            "cco_credential_active_turns", .gauge, "Turns that the credential carries now.",
            status.credentials.map { ([("credential", $0.name)], Double($0.activeTurns)) })
        page.add(
            "cco_credential_cost_usd_total", .counter, "What turns on the credential have cost.",
            status.credentials.map { ([("credential", $0.name)], $0.costUsd) })
        page.add(
            "cco_credential_benched_until_time_seconds", .gauge,
            "When a credential that waits for its limit is used again, in seconds since 1970.",
            status.credentials.compactMap { credential in
                credential.benchedUntil.map { ([("credential", credential.name)], seconds($0.ms)) }
            })
        page.add(
            "cco_credential_window_used_ratio", .gauge, "How much of a usage window is used, from 0 to 1.",
            status.credentials.flatMap { credential in
                (credential.windows ?? []).map { ([("credential", credential.name), ("window", $0.name)], $0.utilization) }
            })
    }
}

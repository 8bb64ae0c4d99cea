/// The files of the web pages, which are built into the executable. In a module of its own because compiling them takes a while, and they
/// change seldom.
package enum DashboardPages {
    /// Contents by path.
    package static let files: [String: [UInt8]] = [
        "/": PackageResources.index_html,
        "/style.css": PackageResources.style_css,
        "/app.js": PackageResources.app_js,
        "/store.js": PackageResources.store_js,
        "/dom.js": PackageResources.dom_js,
        "/pages.js": PackageResources.pages_js,
        "/cost.js": PackageResources.cost_js,
        "/tasks.js": PackageResources.tasks_js,
        "/lines.js": PackageResources.lines_js,
        "/rows.js": PackageResources.rows_js,
        "/work.js": PackageResources.work_js,
        "/agent.js": PackageResources.agent_js,
        "/transcript.js": PackageResources.transcript_js,
        "/gate.js": PackageResources.gate_js,
        "/agents.js": PackageResources.agents_js,
        "/commit.js": PackageResources.commit_js,
        "/graph.js": PackageResources.graph_js,
        "/timeline.js": PackageResources.timeline_js,
        "/questions.js": PackageResources.questions_js,
        "/replay.js": PackageResources.replay_js,
    ]
}

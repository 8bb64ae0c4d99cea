/// The files of `Prompts/`, which are built into the executable.
enum EmbeddedPrompts {
    /// Contents by file name.
    static let files: [String: String] = bytes.mapValues { String(decoding: $0, as: UTF8.self) }

    private static let bytes: [String: [UInt8]] = [
        "again.md": PackageResources.again_md,
        "assess.md": PackageResources.assess_md,
        "assessment.json": PackageResources.assessment_json,
        "change.md": PackageResources.change_md,
        "collisions.md": PackageResources.collisions_md,
        "conflict.md": PackageResources.conflict_md,
        "decide.md": PackageResources.decide_md,
        "direction.md": PackageResources.direction_md,
        "director-decision.json": PackageResources.director_decision_json,
        "director.md": PackageResources.director_md,
        "engineer-manager.md": PackageResources.engineer_manager_md,
        "finish.md": PackageResources.finish_md,
        "proceed.md": PackageResources.proceed_md,
        "fix-plan.md": PackageResources.fix_plan_md,
        "flakes.md": PackageResources.flakes_md,
        "gate-note.md": PackageResources.gate_note_md,
        "gate.md": PackageResources.gate_md,
        "goal-plan.json": PackageResources.goal_plan_json,
        "goal.md": PackageResources.goal_md,
        "hot-files.md": PackageResources.hot_files_md,
        "messages.md": PackageResources.messages_md,
        "plan-goals.md": PackageResources.plan_goals_md,
        "plan-tasks.md": PackageResources.plan_tasks_md,
        "quick-gate.md": PackageResources.quick_gate_md,
        "review.json": PackageResources.review_json,
        "review.md": PackageResources.review_md,
        "rework.md": PackageResources.rework_md,
        "task-plan.json": PackageResources.task_plan_json,
        "task.md": PackageResources.task_md,
        "tasks.md": PackageResources.tasks_md,
        "teams.md": PackageResources.teams_md,
        "work.md": PackageResources.work_md,
        "worker-report.json": PackageResources.worker_report_json,
        "worker.md": PackageResources.worker_md,
    ]
}

import Orchestration

/// The texts that agents are given, with the user's own in place of built-in ones where there are some.
///
/// Every template is read and checked when the library is made, against names and nesting, so a mistake in an override is found
/// before a run begins and not in its third hour.
package struct PromptLibrary: Sendable {
    private let texts: [String: String]
    private let templates: [String: PromptTemplate]

    /// Takes the built-in prompts, and `overrides` by file name. Throws `PromptError` that names file and line.
    package init(overrides: [String: String] = [:]) throws {
        let builtIn = EmbeddedPrompts.files
        for name in overrides.keys.sorted() where builtIn[name] == nil {
            let known = builtIn.keys.sorted().joined(separator: ", ")
            throw PromptError(file: name, line: 0, reason: "no prompt of this name; there are: \(known)")
        }
        texts = builtIn.merging(overrides) { _, override in override }
        var templates: [String: PromptTemplate] = [:]
        for (file, text) in texts where file.hasSuffix(".md") && !Self.systemPrompts.contains(file) {
            templates[String(file.dropLast(3))] = try PromptTemplate(name: file, text: text)
        }
        self.templates = templates
        try check()
    }

    /// The names of all prompts and schemas, by which they can be overridden.
    package static var names: [String] { EmbeddedPrompts.files.keys.sorted() }

    /// A prompt's text as it is used, for people who want to start from it.
    package func text(of name: String) -> String? { texts[name] }

    /// What an agent is given for a turn. Throws `PromptError` when the material does not fit its brief.
    package func render(_ material: TurnMaterial) throws -> RenderedTurn {
        let plan = TurnPlan(role: material.role, leadsWorkers: material.leadsWorkers, brief: material.brief)
        if let task = material.brief.task, !material.tasks.contains(where: { $0.id == task.name }) {
            throw PromptError(file: plan.template + ".md", line: 0, reason: "the material holds no \(task)")
        }
        let prompt = try template(plan.template).render([PromptContext(material)], partials: templates)
        return RenderedTurn(
            systemPrompt: try file(plan.systemPrompt), userPrompt: MentionGuard.guarded(Self.tidied(prompt)),
            schema: try file(plan.schema), tools: Self.tools(for: material.role))
    }

    /// The tools of a role. Workers search with the shell: the two search tools would cost a thousand tokens in every request.
    /// Managers have nothing that writes or runs anything.
    package static func tools(for role: Role) -> [String] {
        role.writesCode ? ["Bash", "Edit", "Read", "Write"] : ["Read", "Grep", "Glob"]
    }

    static let systemPrompts: Set = ["director.md", "engineer-manager.md", "worker.md"]

    private func check() throws {
        for name in systemPromptNamesInOrder where (texts[name] ?? "").allSatisfy(\.isWhitespace) {
            throw PromptError(file: name, line: 0, reason: "the text is empty")
        }
        let everywhere = PromptContext.sample
        for template in TurnPlan.templates { try self.template(template).check([everywhere], partials: templates) }
        for schema in texts.keys.sorted() where schema.hasSuffix(".json") { try ReportSchema.check(texts[schema] ?? "", file: schema) }
    }

    private var systemPromptNamesInOrder: [String] { Self.systemPrompts.sorted() }

    private func template(_ name: String) throws -> PromptTemplate {
        guard let template = templates[name] else { throw PromptError(file: name + ".md", line: 0, reason: "the template is missing") }
        return template
    }

    private func file(_ name: String) throws -> String {
        guard let text = texts[name] else { throw PromptError(file: name, line: 0, reason: "the file is missing") }
        return Self.trimmed(text)
    }

    /// Without the blank lines that sections leave behind: never two in a row, none at the ends.
    static func tidied(_ text: String) -> String {
        var lines: [Substring] = []
        var isQuoting = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("<data") || line == "<direction>" { isQuoting = true }
            if line == "</data>" || line == "</direction>" { isQuoting = false }
            if !isQuoting, line.isEmpty, lines.last?.isEmpty ?? true { continue }
            lines.append(line)
        }
        return trimmed(lines.joined(separator: "\n")) + "\n"
    }

    private static func trimmed(_ text: String) -> String {
        let head = text.drop { $0.isNewline }
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }
}

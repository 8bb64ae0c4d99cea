import Testing

@testable import Agents

@Suite("Templates")
struct PromptTemplateTests {
    private func render(_ text: String, _ values: [String: PromptContext.Value]) throws -> String {
        try PromptTemplate(name: "t.md", text: text).render([PromptContext(values)], partials: [:])
    }

    @Test("values are put in as they are, and not read again")
    func values() throws {
        #expect(try render("a {{x}}!", ["x": .text("<b> & {{y}}")]) == "a <b> & {{y}}!")
    }

    @Test("sections follow lists, texts and flags")
    func sections() throws {
        let items = PromptContext.Value.list([PromptContext(["n": .text("1")]), PromptContext(["n": .text("2")])])
        #expect(try render("{{#l}}{{n}}{{x}},{{/l}}", ["l": items, "x": .text("-")]) == "1-,2-,")
        #expect(try render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", ["x": .text("")]) == "no")
        #expect(try render("{{#x}}yes{{/x}}{{^x}}no{{/x}}", ["x": .flag(true)]) == "yes")
        #expect(try render("{{^l}}none{{/l}}", ["l": .list([])]) == "none")
    }

    @Test("a section's tag alone on its line leaves no line behind")
    func lines() throws {
        let on: [String: PromptContext.Value] = ["x": .flag(true), "y": .flag(false)]
        #expect(try render("a\n{{#x}}\nb\n{{/x}}\n{{#y}}\nc\n{{/y}}\nd\n", on) == "a\nb\nd\n")
        #expect(try render("a {{#x}}b{{/x}}\nc", on) == "a b\nc")
    }

    @Test("mentions of files outside the repository are broken, other uses of @ stay")
    func mentions() {
        #expect(MentionGuard.guarded("@/a\n @~/b\t@../c @\"d\"") == "\\@/a\n \\@~/b\t\\@../c \\@\"d\"")
        #expect(MentionGuard.guarded("\u{FEFF}@/a\u{3000}@/b。@/c") == "\u{FEFF}\\@/a\u{3000}\\@/b。\\@/c")
        for text in ["me@example.org", "@Override", "from \"@/lib\"", "(@/x)", "a @ b", "@"] { #expect(MentionGuard.guarded(text) == text) }
    }
}

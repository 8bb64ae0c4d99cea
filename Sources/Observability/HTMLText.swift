/// HTML as text. What others wrote goes through `escaped` and is text, never markup.
enum HTMLText {
    /// Text for an element's content or a quoted attribute; direction marks in it reach no further than itself, because elements with such text
    /// are `bdi` or have `dir="auto"`.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// One line of others' words.
    static func words(_ text: String, limit: Int = 500) -> String { "<bdi>\(escaped(OneLine.text(text, limit: limit)))</bdi>" }

    static func code(_ text: String, limit: Int = 300) -> String { "<code dir=\"ltr\">\(escaped(OneLine.text(text, limit: limit)))</code>" }

    /// A table; cells are HTML already. Columns whose heading begins with `#` are numbers.
    static func table(_ heads: [String], _ rows: [[String]], caption: String? = nil) -> String {
        func isNumber(_ index: Int) -> Bool { heads[index].hasPrefix("#") }
        let head = heads.indices.map { index in
            "<th scope=\"col\"\(isNumber(index) ? " class=\"number\"" : "")>\(isNumber(index) ? String(heads[index].dropFirst()) : heads[index])</th>"
        }
        let body = rows.map { row in
            "<tr>"
                + row.enumerated().map { "<td\(isNumber($0.offset) ? " class=\"number\"" : nameClass($0.element))>\($0.element)</td>" }
                .joined()
                + "</tr>"
        }
        let title = caption.map { "<caption>\($0)</caption>" } ?? ""
        return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(caption ?? "table")\"><table>\(title)<thead><tr>"
            + "\(head.joined())</tr></thead><tbody>\(body.joined(separator: "\n"))</tbody></table></div>"
    }

    /// A short name is read as a whole: on a narrow page its table is scrolled instead.
    private static func nameClass(_ cell: String) -> String {
        var (isTag, length) = (false, 0)
        for character in cell {
            switch character {
            case "<": isTag = true
            case ">": isTag = false
            case " " where !isTag: return ""
            default: length += isTag ? 0 : 1
            }
        }
        return length <= 24 ? " class=\"name\"" : ""
    }

    static func facts(_ pairs: [(String, String)]) -> String {
        "<dl>" + pairs.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }.joined() + "</dl>"
    }

    static func list(_ items: [String]) -> String { "<ul>" + items.map { "<li>\($0)</li>" }.joined(separator: "\n") + "</ul>" }
}

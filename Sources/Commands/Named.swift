import ConfigurationFiles

/// One thing of a list, by its name.
enum Named {
    /// - Throws: `Failure` with the nearest name and all that there are.
    static func one<Element>(_ name: String, _ kind: String, among elements: [Element], by key: (Element) -> String) throws -> Element {
        if let found = elements.first(where: { key($0) == name }) { return found }
        throw Failure("there is no \(kind) \"\(name)\". \(advice(name, among: elements.map(key)))", .usage)
    }

    /// What a person does who gave a name that there is not: the nearest one, and those that there are.
    static func advice(_ name: String, among known: [String]) -> String {
        guard !known.isEmpty else { return "There is none yet." }
        let nearest = NearestName.of(name, among: known).map { "Did you mean \($0)? " } ?? ""
        let more = known.count > 30 ? " and \(known.count - 30) more" : ""
        return "\(nearest)There are: \(known.prefix(30).joined(separator: ", "))\(more)."
    }
}

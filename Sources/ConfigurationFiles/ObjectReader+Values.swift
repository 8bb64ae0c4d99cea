/// The checks of single kinds of values.
extension ObjectReader {
    mutating func checkInteger(_ value: JSONValue, from minimum: Int, to maximum: Int, _ shape: ValueShape, _ name: String) {
        guard let number = value.integer else {
            // A number too large for Int is out of range rather than of a wrong kind.
            if let number = value.number, number.rounded() == number {
                return report("\"\(name)\" must be from \(minimum) to \(maximum), found \(shown(value))", at: value.position)
            }
            return reportKind(value, shape, name)
        }
        if number < minimum || number > maximum {
            report("\"\(name)\" must be from \(minimum) to \(maximum), found \(shown(value))", at: value.position)
        }
    }

    mutating func checkNumber(_ value: JSONValue, from least: LeastNumber, to maximum: Double?, _ shape: ValueShape, _ name: String) {
        guard let number = value.number else { return reportKind(value, shape, name) }
        guard !least.allows(number) || maximum.map({ number > $0 }) == true else { return }
        let most = maximum.map { " and at most \(JSONLiteral.number($0).rendered)" } ?? ""
        report("\"\(name)\" must be \(least.expectation)\(most), found \(shown(value))", at: value.position)
    }

    mutating func checkString(_ value: JSONValue, _ rule: StringRule, _ shape: ValueShape, _ name: String) {
        guard let text = value.string else { return reportKind(value, shape, name) }
        if let objection = rule.check(text) {
            report("\"\(name)\" \(objection.message)", at: value.position, suggestion: objection.suggestion)
        }
    }

    mutating func checkList(_ value: JSONValue, _ rule: StringRule, _ shape: ValueShape, _ name: String) {
        guard let elements = value.array else { return reportKind(value, shape, name) }
        var seen: Set<String> = []
        for (index, element) in elements.enumerated() {
            checkString(element, rule, .string(rule), "\(name)[\(index)]")
            if let text = element.string, !seen.insert(text).inserted {
                report("\"\(name)[\(index)]\" is there twice", at: element.position, suggestion: "keep one")
            }
        }
    }

    mutating func checkWords(_ value: JSONValue, _ rule: StringRule, _ shape: ValueShape, _ name: String) {
        guard let elements = value.array else { return reportKind(value, shape, name) }
        if elements.isEmpty { report("\"\(name)\" must not be empty", at: value.position) }
        for (index, element) in elements.enumerated() { checkString(element, rule, .string(rule), "\(name)[\(index)]") }
    }

    mutating func checkEnvironment(_ value: JSONValue, _ rule: EnvironmentRule, _ shape: ValueShape, _ name: String) {
        guard let members = value.object else { return reportKind(value, shape, name) }
        for member in members {
            // Only what looks like a variable's name is repeated: anything else could be a value in the wrong place.
            guard CredentialName.isVariable(member.key) else {
                let shownName = isConfidential ? "a name" : JSONLiteral.quoted(member.key.prefix(60))
                report(
                    "\"\(name)\": \(shownName) is no name of an environment variable", at: member.keyPosition,
                    suggestion: "use letters, digits and \"_\", not beginning with a digit")
                continue
            }
            let isPlainName = !isConfidential || (member.key == member.key.uppercased() && member.key.count <= 64)
            let entry = isPlainName ? "\(name).\(member.key)" : "\(name).…"
            if rule.refused.contains(member.key) {
                report("\"\(entry)\" can't be set here", at: member.keyPosition, suggestion: rule.refusal)
            } else if rule.refusesCredentials, CredentialName.isCredential(member.key) {
                report(
                    "\"\(entry)\" looks like a credential, which must not stand in this file", at: member.keyPosition,
                    suggestion: rule.credentialAdvice)
            }
            guard let text = member.value.string else {
                report(
                    "\"\(entry)\": expected a string, found \(shown(member.value))", at: member.value.position,
                    suggestion: "put it in double quotes")
                continue
            }
            if text.utf8.contains(0) { report("\"\(entry)\" must not hold a NUL character", at: member.value.position) }
        }
    }
}

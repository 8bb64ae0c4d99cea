import ConfigurationFiles
import Observability

extension EnvironmentFiles {
    /// The values that these files keep secret: of variables whose names say so, and every value long enough to be a token.
    ///
    /// Short and common values (`true`, `8080`, `localhost`) are left out: redacting them would spoil every log.
    var secretValues: [Observability.Secret] {
        files.flatMap { file in
            String(decoding: file.bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line -> Observability.Secret? in
                guard let equals = line.firstIndex(of: "="), !line.hasPrefix("#") else { return nil }
                let name = line[..<equals].split(separator: " ").last.map(String.init) ?? ""
                let text = value(line[line.index(after: equals)...])
                let isTelling = CredentialName.isCredential(name) && text.utf8.count >= Redactor.shortestSecret
                let isToken = text.utf8.count >= 20 && !text.contains(" ") && text.contains(where: \.isNumber)
                return isTelling || isToken ? Observability.Secret(name: "\(file.name):\(name)", value: text) : nil
            }
        }
    }

    /// What stands behind the equals sign, without quotes and without a comment after it.
    private func value(_ text: Substring) -> String {
        let text = text.drop { $0 == " " || $0 == "\t" }
        if let quote = text.first, quote == "\"" || quote == "'" { return String(text.dropFirst().prefix { $0 != quote }) }
        let comment = text.firstRange(of: " #")?.lowerBound ?? text.endIndex
        let value = text[..<comment]
        let end = value.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { String(value[...$0]) } ?? ""
    }
}

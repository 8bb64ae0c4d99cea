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
                let value = line[line.index(after: equals)...].drop { $0 == " " || $0 == "\"" || $0 == "'" }
                let end = value.lastIndex { $0 != " " && $0 != "\"" && $0 != "'" }
                guard let end else { return nil }
                let text = String(value[...end])
                let isTelling = CredentialName.isCredential(name) && text.utf8.count >= Redactor.shortestSecret
                let isToken = text.utf8.count >= 20 && !text.contains(" ") && text.contains(where: \.isNumber)
                return isTelling || isToken ? Observability.Secret(name: "\(file.name):\(name)", value: text) : nil
            }
        }
    }
}

import Glibc

/// The texts in `<configuration folder>/prompts/` that replace built-in prompts and schemas.
package struct PromptOverrides: Sendable, Equatable {
    /// The name of the folder within a configuration folder.
    package static let folderName = "prompts"
    /// The largest file that is read, in bytes.
    package static let sizeLimit = 65_536

    /// The raw texts by file name.
    package let texts: [String: String]

    /// Reads every file of the folder; a folder that is missing overrides nothing. Names that begin with a dot are passed over.
    ///
    /// - Parameters:
    ///   - path: the folder's path, as messages should show it.
    ///   - validNames: the file names that mean something.
    /// - Throws: `ConfigurationError` for every file with an unknown name, an empty or too long one, or one that is not UTF-8.
    package static func load(folder path: String, validNames: [String]) throws(ConfigurationError) -> PromptOverrides {
        guard let names = try entries(of: path) else { return PromptOverrides(texts: [:]) }
        var texts: [String: String] = [:]
        var problems: [ConfigurationProblem] = []
        for name in names.sorted() where !name.hasPrefix(".") {
            let file = ConfigurationPath.join(path, name)
            guard validNames.contains(name) else {
                problems.append(
                    ConfigurationProblem(
                        file: file, "no prompt has this file name", suggestion: NearestName.suggestion(for: name, among: validNames)))
                continue
            }
            do throws(RegularFile.Failure) {
                let bytes = try RegularFile(reading: file, limit: sizeLimit).bytes
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw .refused("the text is not UTF-8", suggestion: "save the file as UTF-8")
                }
                guard !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) else {
                    throw .refused("the file is empty", suggestion: "remove it to get the built-in text")
                }
                texts[name] = text
            } catch {
                problems.append(error.problem(file: file))
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return PromptOverrides(texts: texts)
    }

    /// The names in the folder, or nil when there is no such folder.
    private static func entries(of path: String) throws(ConfigurationError) -> [String]? {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return nil }
            throw ConfigurationError([ConfigurationProblem(file: path, "the folder can't be read: \(SystemError.text(errno))")])
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) { String(cString: $0) }
                })
        }
        return names
    }
}

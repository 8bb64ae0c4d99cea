import Glibc

/// The credentials in `api-keys.json`, in the order of the file.
///
/// Nothing that is reported about the file repeats any part of its values.
package struct APIKeysFile: Sendable, Equatable {
    /// The name of the file within a configuration folder.
    package static let fileName = "api-keys.json"

    /// The name by which the CLI's own login goes among the credentials; no key may have it.
    package static let reservedName = "cli-login"
    /// The variables by which the CLI is told to use a cloud provider.
    package static let providerSwitches = [
        "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_USE_MANTLE",
        "CLAUDE_CODE_USE_ANTHROPIC_AWS", "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
    ]

    package let keys: [APIKey]
    /// What is doubtful without being wrong.
    package let warnings: [ConfigurationProblem]

    /// Every value that a redactor must remove.
    package var secretValues: [Secret] { keys.flatMap(\.secretValues) }

    /// Reads the file after making sure that nobody else can.
    ///
    /// - Parameters:
    ///   - path: where the file is.
    ///   - file: the name that problems carry.
    ///   - user: the user that has to own the file.
    /// - Returns: nil when there is no such file.
    /// - Throws: `ConfigurationError` when others may read the file, when it belongs to someone else, or for what is wrong in it.
    package static func load(path: String, file: String, user: uid_t = geteuid()) throws(ConfigurationError) -> APIKeysFile? {
        let contents: RegularFile
        do throws(RegularFile.Failure) {
            contents = try RegularFile(reading: path, limit: JSONDocument.sizeLimit) { status throws(RegularFile.Failure) in
                try inspect(status, file: file, user: user)
            }
        } catch .missing {
            return nil
        } catch {
            throw ConfigurationError([error.problem(file: file)])
        }
        return try parse(contents.bytes, file: file)
    }

    private static func inspect(_ status: stat, file: String, user: uid_t) throws(RegularFile.Failure) {
        let word = ConfigurationPath.shellWord(file)
        guard status.st_uid == user else {
            throw .refused(
                "the file holds credentials but belongs to user \(status.st_uid), not to you (user \(user))",
                suggestion: "run: chown \(user) \(word)")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw .refused("the file holds credentials but others may open it (mode \(mode))", suggestion: "run: chmod 600 \(word)")
        }
    }
}

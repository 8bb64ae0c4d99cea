import ConfigurationFiles
import Git
import Observability

/// Everything that a configuration keeps secret: what agents' credentials hold, the telling values of environment files, and the webhook's
/// address. Whoever shows or keeps a text of a run asks here, so that nobody knows fewer of them than another.
package enum ConfiguredSecrets {
    /// - Parameters:
    ///   - contents: what `folder` says.
    ///   - files: the environment files that the run's worktrees get.
    ///   - environment: cco's own, in which a login or the webhook's address may be given by variables.
    /// - Throws: what reading the webhook's address from its file meets.
    static func collect(
        _ contents: ConfigurationFolder.Contents, in folder: ConfigurationFolder, _ files: EnvironmentFiles,
        environment: [String: String]
    ) throws -> [Observability.Secret] {
        CredentialPool.secrets(of: contents.keys?.keys ?? [], environment) + files.secretValues
            + (try webhook(contents.configuration.configuration.notifications, in: folder, environment: environment))
    }

    /// The webhook's address, and the part of it that is the secret where it is told without its beginning.
    private static func webhook(_ settings: Notifications?, in folder: ConfigurationFolder, environment: [String: String]) throws
        -> [Observability.Secret]
    {
        guard let address = try settings?.webhookAddress(folder: folder.path, environment: environment)?.reveal() else { return [] }
        let rest = address.drop { $0 != ":" }.dropFirst(3)
        let path = rest.drop { !"/?#".contains($0) }.dropFirst()
        let values = path.utf8.count >= Redactor.shortestSecret ? [address, String(path)] : [address]
        return values.map { Observability.Secret(name: "webhook", value: $0) }
    }
}

extension Redactor {
    /// Takes out what a configuration keeps secret, for texts of a run that another process has in hand, or none.
    ///
    /// - Throws: `ConfigurationError` or the system's error when something with secrets cannot be read: then nothing may be shown.
    package init(_ folder: ConfigurationFolder, home: String?, environment: [String: String]) throws {
        let contents = try folder.load(home: home)
        let origin = try? RemoteURL(contents.configuration.repository.argument, relativeTo: folder.path)
        let files = try EnvironmentFiles.collect(
            folder: folder.path, paths: contents.configuration.environmentFiles, repository: origin?.localPath)
        self.init(secrets: try ConfiguredSecrets.collect(contents, in: folder, files, environment: environment))
    }
}

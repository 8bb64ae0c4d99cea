import ConfigurationFiles
import Git
import Observability

extension Redactor {
    /// Takes out what a configuration has in secrets, for texts of a run that no engine has in hand.
    ///
    /// - Throws: `ConfigurationError` or the system's error when a file with secrets cannot be read: then nothing may be shown.
    package init(_ folder: ConfigurationFolder, home: String?, environment: [String: String]) throws {
        let contents = try folder.load(home: home)
        let origin = try? RemoteURL(contents.configuration.repository.argument, relativeTo: folder.path)
        let files = try EnvironmentFiles.collect(
            folder: folder.path, paths: contents.configuration.environmentFiles, repository: origin?.localPath)
        self.init(secrets: CredentialPool.secrets(of: contents.keys?.keys ?? [], environment) + files.secretValues)
    }
}

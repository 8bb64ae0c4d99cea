import ConfigurationFiles
import Observability

extension EnvironmentFiles {
    /// Takes the secrets of these files out of texts that are shown to a person.
    package var redactor: Redactor { Redactor(secrets: secretValues) }
}

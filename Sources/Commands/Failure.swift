import Agents
import ConfigurationFiles
import ControlAPI
import Engine
import Git
import Journal
import Merging
import Observability
import Processes

/// Why a command did not succeed: a message for a person and the exit code.
package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    package var message: String
    package var status: CommandStatus

    package init(_ message: String, _ status: CommandStatus) {
        self.message = message
        self.status = status
    }

    package var description: String { message }
}

extension Failure {
    /// Reads any error. What is not known prints its own description with ``CommandStatus/unexpected``.
    ///
    /// No error of cco carries a secret: those of git redact URLs, and configuration errors never repeat a credential.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ConfigurationError: self.init(error.description, .configuration)
        case let error as PromptError: self.init("\(error)", .configuration)
        case let error as CredentialPoolError: self.init("\(error)", .noPermission)
        case let error as GitError: self.init("\(error)", Self.status(error.kind))
        case let error as BaseError:
            if case .noDirection = error { self.init("\(error)", .configuration) } else { self.init("\(error)", .unavailable) }
        case let error as PreflightError: self.init("\(error)", .noPermission)
        case let error as PublicationError: self.init("\(error)", .unavailable)
        case let error as WorkspaceError: self.init("\(error)", Self.status(error))
        case let error as BranchMergeError: self.init("\(error)", Self.status(error))
        case let error as RunHostError: self.init("\(error)", .usage)
        case let error as JournalError: self.init("\(error)", Self.status(error.kind))
        case let error as ReplayError: self.init("\(error)", .cannotCreate)
        case let error as FileLock.Failure: self.init(error)
        case let error as RunLogError: self.init("\(error)", .cannotCreate)
        case let error as ControlServerError: self.init("\(error)", .cannotCreate)
        case let error as ControlClientError: self.init(error)
        case let error as SupervisionError: self.init("\(error)", .unexpected)
        case let error as ChildCommandError: self.init(error)
        case let error as TreeRemoval.Failure: self.init("\(error)", .cannotCreate)
        case let error as SystemError: self.init(error)
        default: self.init("\(error)", .unexpected)
        }
    }

    private init(_ error: FileLock.Failure) {
        switch error {
        case .held: self.init("\(error)", .held)
        case .system(let error): self.init(error)
        }
    }

    private init(_ error: ControlClientError) {
        switch error {
        case .unreachable: self.init("\(error)", .noPermission)
        case .notRunning, .broken, .deadline, .refused: self.init("\(error)", .unexpected)
        }
    }

    private init(_ error: ChildCommandError) {
        switch error {
        case .executableNotFound: self.init("\(error)", .unavailable)
        default: self.init("\(error)", .unexpected)
        }
    }

    private init(_ error: SystemError) { self.init("\(error)", SystemFailure.status(error.code)) }

    private static func status(_ kind: GitError.Kind) -> CommandStatus {
        switch kind {
        case .unreachable, .notARepository, .noSuchBranch, .outOfResources: .unavailable
        case .accessDenied, .cannotSign: .noPermission
        case .diskFull: .cannotCreate
        case .lockHeld: .held
        case .invalidInput: .configuration
        case .wouldLoseWork, .tooLargeToCompare, .cancelled, .other: .unexpected
        }
    }

    private static func status(_ error: BranchMergeError) -> CommandStatus {
        switch error {
        case .missing, .twice, .holdsAgents: .usage
        case .checkedOut, .occupied, .refused: .noPermission
        case .unreadable: .cannotCreate
        }
    }

    private static func status(_ error: WorkspaceError) -> CommandStatus {
        switch error {
        case .held: .held
        case .otherFormat, .notAWorkspace: .cannotCreate
        }
    }

    private static func status(_ kind: JournalError.Kind) -> CommandStatus {
        switch kind {
        case .locked: .held
        case .missing, .closed, .misuse: .unexpected
        case .diskFull, .corrupt, .foreign, .newerFormat, .io: .cannotCreate
        }
    }
}

import ConfigurationFiles
import ControlAPI
import Engine
import Git
import Journal
import Orchestration
import Processes
import Testing

@testable import Commands

@Suite("Exit codes") struct CommandStatusTests {
    @Test("no two meanings share a code, and the documented codes stay as they are") func codes() {
        #expect(CommandStatus.allCases.map(\.rawValue) == [0, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 64, 65, 69, 73, 75, 77])
    }

    @Test("every way a run can end has its code") func ends() {
        #expect(CommandStatus(.complete, pushWasRefused: false) == .ok)
        #expect(CommandStatus(.merged, pushWasRefused: false) == .ok)
        #expect(CommandStatus(.complete, pushWasRefused: true) == .pushRefused)
        #expect(CommandStatus(.timeOver, pushWasRefused: false) == .timeOver)
        #expect(CommandStatus(.budgetOver, pushWasRefused: false) == .budgetOver)
        #expect(CommandStatus(.noProgress("x"), pushWasRefused: false) == .noProgress)
        #expect(CommandStatus(.failed("x"), pushWasRefused: false) == .needsPerson)
    }

    @Test("a run that stands still because it was asked to is told apart from one that ended") func standing() {
        var run = Run(id: ID("r"), settings: RunFixture.settings("x"), seed: 1, at: Timestamp(milliseconds: 0))
        run.suspension = "cco pause"
        #expect(CommandStatus(run, journalFailed: false) == .suspended)
        run.needsPerson = true
        #expect(CommandStatus(run, journalFailed: false) == .needsPerson)
        #expect(CommandStatus(run, journalFailed: true) == .cannotCreate)
    }

    @Test("known errors keep their message and get their code")
    func errors() {
        let cases: [(any Error, CommandStatus)] = [
            (ConfigurationError([ConfigurationProblem(file: "f", "m")]), .configuration),
            (GitError(kind: .unreachable, command: "c", detail: "d"), .unavailable),
            (GitError(kind: .accessDenied, command: "c", detail: "d"), .noPermission),
            (GitError(kind: .diskFull, command: "c", detail: "d"), .cannotCreate),
            (WorkspaceError.held(path: "p", by: "process 1"), .held), (WorkspaceError.notAWorkspace(path: "p"), .cannotCreate),
            (BranchMergeError.missing(branch: "b", present: []), .usage), (BranchMergeError.holdsAgents(workspace: "p", run: "r"), .usage),
            (BranchMergeError.checkedOut(branch: "b", path: "p"), .noPermission),
            (BranchMergeError.occupied(branch: "b", path: "p", by: .rebase), .noPermission),
            (BranchMergeError.unreadable(run: "p", reason: "d"), .cannotCreate),
            (CredentialPoolError.noKeys, .noPermission), (RunHostError.holdsMerge("p"), .usage),
            (RunHostError.nothingToResume("p"), .usage),
            (JournalError(.locked, path: "p", detail: "d"), .held), (JournalError(.diskFull, path: "p", detail: "d"), .cannotCreate),
            (FileLock.Failure.held(path: "p", by: nil), .held), (SystemError(code: 28), .cannotCreate),
            (SystemError(code: 13), .noPermission),
            (ControlServerError.folder("p", "w"), .cannotCreate), (ChildCommandError.executableNotFound("git"), .unavailable),
            (CancellationError(), .unexpected),
        ]
        for (error, status) in cases {
            let failure = Failure(error)
            #expect(failure.status == status, "\(error)")
            #expect(failure.message == "\(error)")
        }
    }

    @Test("a password in a URL does not reach the message") func secrets() {
        let failure = Failure(
            GitError(kind: .unreachable, command: "git fetch https://me:hunter22@host/x", detail: "https://me:hunter22@host/x"))
        #expect(!failure.message.contains("hunter22"))
    }
}

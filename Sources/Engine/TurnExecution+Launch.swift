import Agents
import Git
import Orchestration
import Processes

extension TurnExecution {
    /// Starts the turn's process under its shim.
    func launch(_ turn: Turn, _ order: TurnOrder, _ seat: AgentRepository, run: Run) async throws -> SupervisedProcess {
        let invocation = resources.backend.invocation(for: order)
        for file in invocation.files { try PrivateFiles.write(Array(file.contents.utf8), to: file.path, isSynced: false) }
        CrashPoint.turnPrompted.pass()
        guard let credential = resources.credentials[turn.credential] else {
            throw TurnError.unknownCredential(turn.credential)
        }
        let environment = AgentEnvironment(
            parent: resources.parentEnvironment, credential: credential, agent: turn.agent.name,
            turnMarker: "\(resources.folder.marker)/\(turn.id)",
            configDirectory: resources.claudeConfiguration)
        var variables = environment.variables(for: invocation)
        variables.merge(resources.agentEnvironment) { _, own in own }
        variables["CLAUDE_CODE_TMPDIR"] = resources.folder.temporary
        try PrivateFiles.makeFolder(resources.folder.temporary)
        for folder in order.readableDirectories { try PrivateFiles.makeFolder(folder) }
        SecretChannel.conceal(&variables, credential: environment.credentialNames.subtracting(resources.agentEnvironment.keys))
        var specification = SupervisedProcess.Specification(
            directory: order.turnDirectory, marker: "\(resources.folder.marker)/\(turn.id)",
            command: [invocation.executable] + invocation.arguments,
            workingDirectory: seat.worktreePath
        ).limited(resources.limits)
        specification.followsInput = invocation.takesMessages
        let (started, variablesOfTurn) = (specification, variables)
        // To the end also when the task is cancelled: a process that was started and is not known would work on.
        return try await _Concurrency.Task { [resources] in
            try await resources.launcher.launch(
                started, environment: variablesOfTurn, standardInput: Array(invocation.standardInput.contents.utf8))
        }.value
    }
}

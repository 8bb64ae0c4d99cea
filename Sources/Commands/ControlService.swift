import ControlAPI
import Engine
import Observability
import Processes

/// The control interface of a run that this process has in hand, from when clients can connect until it is ended.
struct ControlService: Sendable {
    private let control: HostControl
    private let serving: Task<Void, any Error>

    /// Returns once clients can connect.
    ///
    /// - Parameter lost: called when the interface cannot be had, and when it ends before it is to.
    /// - Throws: `Failure` when it cannot be had; `CancellationError`.
    static func begin(_ host: RunHost, lost: @escaping @Sendable (Failure) -> Void) async throws -> ControlService {
        let control = HostControl(host: host)
        let (marker, redactor) = (host.folder.marker, host.redactor)
        let server = ControlServer(
            socketPath: host.folder.workspace.socketPath, run: host.folder.id, version: CommandLineTool.version, control: control,
            isAgent: { ProcessSweep.isFamily($0, of: marker) }, redact: { redactor.redacted($0) })
        let (answers, continuation) = AsyncStream<Failure?>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let serving = Task {
            do {
                try await server.run { continuation.yield(nil) }
            } catch {
                let failure = Failure(error)
                continuation.yield(failure)
                lost(failure)
                throw error
            }
        }
        for await answer in answers {
            guard let answer else { return ControlService(control: control, serving: serving) }
            throw answer
        }
        throw CancellationError()
    }

    /// Answers who has asked for the run's standstill, and serves nobody any more. Only once the run stands still and its journal is closed.
    func end() async {
        await control.stillness.open()
        serving.cancel()
        // Its failure was told when it happened.
        _ = try? await serving.value
    }
}

import CProcesses
import Glibc

/// Starts supervised processes. One launcher serves a whole program; it also reaps the shims it has started, so that they leave no
/// zombies while the program lives. When the program ends first, its shims go on.
package struct ShimLauncher: Sendable {
    /// The path of the `cco-shim` executable.
    package let shimExecutable: String

    package init(shimExecutable: String) { self.shimExecutable = shimExecutable }

    /// Starts the process of the folder, or follows the one that was started there before, running or ended: a second try is harmless.
    ///
    /// - Parameters:
    ///   - environment: the complete environment of the process, secrets included: it is never written to disk. The marker is added.
    ///   - standardInput: what it reads on standard input; written to the folder, so no secret either. Where its input is followed it ends in a
    ///     whole line.
    /// - Throws: ``SupervisionError``, or `CancellationError` (the process may have been started then: try again to follow it).
    package func launch(
        _ specification: SupervisedProcess.Specification, environment: [String: String], standardInput: [UInt8]
    ) async throws -> SupervisedProcess {
        if let defect = specification.defect() { throw SupervisionError.invalidSpecification(reason: defect) }
        let folder = TurnFolder(path: specification.directory)
        do {
            try FileSystem.makeFolder(folder.path)
            if let process = try attach(directory: folder.path) { return process }
            // Worth nothing after a crash of the machine: the process is gone then, and is never started again.
            try FileSystem.write(standardInput, to: folder.standardInput, isDurable: false)
            try FileSystem.write(specification.fields, to: folder.specification, isDurable: false)
        } catch let error as SystemError {
            throw SupervisionError.system(error)
        }
        var environment = environment
        environment[SupervisedProcess.markerVariable] = specification.marker
        var exit: ProcessExit?
        for _ in 0..<3 {
            exit = try await start(in: folder, environment: environment)
            // Another shim of this folder is just starting: it will say so, or fail and leave the next try to us.
            if exit == .exited(ShimExit.busy) { try await untilStartedElsewhere(folder) }
            if let process = try attach(directory: folder.path) { return process }
            if exit != .exited(ShimExit.busy) { break }
        }
        throw SupervisionError.shimFailed(directory: folder.path, exit: exit ?? .exited(0), log: log(of: folder))
    }

    /// Follows the process of this folder, started by whomever; nil when none was ever started in it.
    ///
    /// - Throws: ``SupervisionError`` when the folder's records cannot be read.
    package func attach(directory: String) throws(SupervisionError) -> SupervisedProcess? {
        try SupervisedProcess.attach(directory: directory)
    }

    /// Follows the process of this folder, also one whose shim is just starting it for a program that has ended since: until that is known, nobody
    /// may touch what the process works on.
    ///
    /// - Returns: nil when none was ever started in it.
    /// - Throws: ``SupervisionError`` when the folder's records cannot be read, or `CancellationError`.
    package func takeUp(directory: String) async throws -> SupervisedProcess? {
        if let process = try attach(directory: directory) { return process }
        let folder = TurnFolder(path: directory)
        guard let holder = try folder.holder(), holder.isAlive else { return nil }
        try await untilStartedElsewhere(folder)
        return try attach(directory: directory)
    }

    /// By what limits would be kept here: the shim sets all of them on a process that does nothing.
    ///
    /// - Throws: ``ChildCommandError`` or ``SupervisionError`` when the shim cannot tell.
    package func confinement() async throws -> Confinement {
        let result = try await ChildCommand(shimExecutable, ["--probe"], environment: [:], timeout: .seconds(30)).run()
        guard result.succeeded, let confinement = Confinement(text: result.outputText) else {
            throw SupervisionError.shimFailed(directory: "a probe of this machine", exit: result.exit, log: result.errorText)
        }
        return confinement
    }

    /// Starts a shim and waits until its records are written (nil) or it has given up (how).
    private func start(in folder: TurnFolder, environment: [String: String]) async throws -> ProcessExit? {
        var ends: [Int32] = [-1, -1]
        guard cprocesses_pipe(&ends) == 0 else { throw SupervisionError.system(.current("pipe")) }
        let ready = ends[0]
        defer { close(ready) }
        let pid = spawn(folder, environment: environment, ready: ends[1])
        let failure = SystemError.current("start \(shimExecutable)")
        close(ends[1])
        guard pid > 0 else { throw SupervisionError.system(failure) }
        let reaper = try reap(pid)
        try await KernelEvents.shared.untilReadable(ready)
        var byte: UInt8 = 0
        // Either the first byte of "ready", or the end: the shim has exited without it.
        if read(ready, &byte, 1) == 1 { return nil }
        return try await reaper.value
    }

    private func spawn(_ folder: TurnFolder, environment: [String: String], ready: Int32) -> Int32 {
        withCStrings([shimExecutable, folder.path]) { arguments in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                cprocesses_spawn_session(shimExecutable, arguments, environment, ready, folder.log)
            }
        }
    }

    /// Waits for the shim in the background, for as long as this program lives, and takes its exit status from the kernel.
    private func reap(_ pid: Int32) throws -> Task<ProcessExit, any Error> {
        let descriptor = cprocesses_pidfd_open(pid)
        guard descriptor >= 0 else { throw SupervisionError.system(.current("open process \(pid)")) }
        return Task.detached {
            defer { close(descriptor) }
            try await KernelEvents.shared.untilReadable(descriptor)
            let status = cprocesses_pidfd_reap(descriptor)
            guard status >= 0 else { throw SupervisionError.system(.current("wait for process \(pid)")) }
            return status & 0x7f == 0 ? .exited(status >> 8) : .signaled(status & 0x7f)
        }
    }

    /// Suspends until the shim that holds the folder's lock has written its records, or has ended without.
    private func untilStartedElsewhere(_ folder: TurnFolder) async throws {
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        var watches = [try KernelEvents.shared.watch(folder: folder.path, wake)]
        defer { withExtendedLifetime(watches) {} }
        // The first look comes after the watch, so that nothing can happen unseen in between.
        wake.yield()
        var holder: ProcessIdentity?
        for await _ in stream {
            if try folder.shim() != nil { return }
            if let holder {
                if holder.isAlive { continue }
                return
            }
            guard let identity = try folder.holder() else { continue }
            guard let descriptor = try identity.open() else { return }
            defer { close(descriptor) }
            watches.append(try KernelEvents.shared.watch(descriptor: descriptor, wake))
            holder = identity
        }
        throw CancellationError()
    }

    private func log(of folder: TurnFolder) -> String {
        // Only decoration of an error that is thrown anyway.
        let bytes = (try? FileSystem.readEnd(of: folder.log, limit: 2000)) ?? []
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

/// Exit codes of the shim itself, as in its `shim.h`.
enum ShimExit {
    static let busy: Int32 = 75
}

/// Calls the body with a NULL-terminated array of C strings.
private func withCStrings<Result>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}

import Glibc

extension SupervisedProcess {
    /// Bytes that it has written to its standard output and standard error so far.
    package var outputBytes: Int64 { standardOutputBytes + size(of: folder.standardError) }

    /// Bytes that it has written to its standard output so far.
    package var standardOutputBytes: Int64 { size(of: folder.standardOutput) }

    /// Suspends until its outputs together are longer than `limit` bytes (true), or it has ended without that (false).
    ///
    /// The outputs are files, so a process gone mad costs disk and not memory; this is what lets its supervisor stop it in time. The kernel
    /// says when the files grow.
    ///
    /// - Throws: `CancellationError`, ``SystemError`` or ``SupervisionError``.
    package func outputExceeds(_ limit: Int64) async throws -> Bool {
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let watches = try watches(waking: wake)
        defer { withExtendedLifetime(watches) {} }
        // The first look comes after the watches, so that nothing can happen unseen in between.
        wake.yield()
        for await _ in stream {
            if outputBytes > limit { return true }
            if try exitRecord() != nil || !shim.isAlive { return false }
        }
        throw CancellationError()
    }

    private func watches(waking wake: KernelEvents.Wake) throws -> [KernelEvents.Watch] {
        let folderWatch = try KernelEvents.shared.watch(folder: folder.path, wake)
        guard let descriptor = try shim.open() else { return [folderWatch] }
        defer { close(descriptor) }
        return [folderWatch, try KernelEvents.shared.watch(descriptor: descriptor, wake)]
    }

    private func size(of path: String) -> Int64 {
        var status = stat()
        return lstat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}

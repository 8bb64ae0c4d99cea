import Glibc

/// Both ends of a pipe, closed in every program that is started.
struct KernelPipe: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    /// - Throws: `Failure` when the system gives none.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemFailure.current("make a pipe") }
        readEnd = ends[0]
        writeEnd = ends[1]
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
}

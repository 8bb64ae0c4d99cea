import Glibc
import Testing

@testable import Processes

@Suite("A file lock")
struct FileLockTests {
    @Test("a second taker is told who holds it, and gets it when it is free")
    func holder() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        var lock: FileLock? = try FileLock(path: path)
        #expect(lock?.path == path)
        let start = try #require(try ProcessIdentity.of(pid: getpid())).startTime
        let failure = #expect(throws: FileLock.Failure.held(path: path, by: FileLock.Holder(pid: getpid(), startTime: start))) {
            try FileLock(path: path)
        }
        #expect(failure?.description.contains("process \(getpid())") == true)
        lock = nil
        lock = try FileLock(path: path)
    }

    @Test("a lock is not inherited by child processes and ends with its holder")
    func notInherited() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        do {
            let lock = try FileLock(path: path)
            defer { withExtendedLifetime(lock) {} }
            let taken = try await ChildCommand("/usr/bin/flock", ["-n", path, "true"], environment: [:]).run()
            #expect(taken.exit == .exited(1))
            let descriptors = try await ChildCommand("/bin/sh", ["-c", "ls -l /proc/self/fd"], environment: ["PATH": "/bin"]).run()
            #expect(!descriptors.outputText.contains(path))
        }
        #expect(try await ChildCommand("/usr/bin/flock", ["-n", path, "true"], environment: [:]).run().succeeded)
    }

    @Test("a folder that does not exist is a system error")
    func missingFolder() {
        #expect(throws: FileLock.Failure.system(SystemError(code: ENOENT, operation: "open /no/such/lock"))) {
            try FileLock(path: "/no/such/lock")
        }
    }
}

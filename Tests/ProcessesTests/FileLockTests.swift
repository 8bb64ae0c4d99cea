import Foundation
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

    @Test("who has it for a look is waited for, by several at once; who does not give it back in time is named")
    func brief() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        var looking: FileLock? = try FileLock(path: path, isBrief: true)
        let failure = #expect(throws: FileLock.Failure.self) { try FileLock(path: path, patience: 20) }
        #expect(failure?.description.contains("process \(getpid())") == true)
        try await Self.taken(path, by: 2) { looking = nil }
        #expect(looking == nil)
    }

    @Test("a name that an ended process has left keeps nobody from waiting")
    func staleName() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        try folder.write("2000000000 1\n", to: "lock")
        // Somebody who has not written a name yet.
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        try await Self.taken(path, by: 1) { close(descriptor) }
    }

    @Test(
        "who had opened a lock file that its holder removes does not hold that one, which nobody else would see, but the one in its place")
    func removed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        var first: FileLock? = try FileLock(path: path, isBrief: true)
        let (waiting, continuation) = AsyncStream<Void>.makeStream()
        let taking = Task.detached {
            await withCheckedContinuation { (done: CheckedContinuation<FileLock?, Never>) in
                Thread.detachNewThread {
                    // Whether it gets it is the answer.
                    let lock = try? FileLock(path: path, patience: 60_000) { continuation.yield() }
                    done.resume(returning: lock)
                }
            }
        }
        for await _ in waiting { break }
        try #require(unlink(path) == 0)
        first = nil
        let second = await taking.value
        #expect(first == nil && second != nil)
        let start = try #require(try ProcessIdentity.of(pid: getpid())).startTime
        #expect(throws: FileLock.Failure.held(path: path, by: FileLock.Holder(pid: getpid(), startTime: start))) {
            try FileLock(path: path)
        }
        withExtendedLifetime(second) {}
    }

    /// Has so many wait for the lock, gives it back when all of them do, and expects that each gets it.
    private static func taken(_ path: String, by count: Int, after giveBack: () -> Void) async throws {
        let (waiting, continuation) = AsyncStream<Int>.makeStream()
        let takers = (0..<count).map { number in
            Task.detached {
                await withCheckedContinuation { (done: CheckedContinuation<Bool, Never>) in
                    Thread.detachNewThread {
                        // Whether it gets it is the answer.
                        let lock = try? FileLock(path: path, isBrief: true, patience: 60_000) { continuation.yield(number) }
                        done.resume(returning: lock != nil)
                    }
                }
            }
        }
        var seen: Set<Int> = []
        for await number in waiting {
            seen.insert(number)
            if seen.count == count { break }
        }
        giveBack()
        for taker in takers { #expect(await taker.value) }
    }

    @Test("a folder that does not exist is a system error")
    func missingFolder() {
        #expect(throws: FileLock.Failure.system(SystemError(code: ENOENT, operation: "open /no/such/lock"))) {
            try FileLock(path: "/no/such/lock")
        }
    }
}

import Glibc
import Orchestration
import Testing

@testable import Git

/// A real file system that is full. Nothing that is committed is lost, the error says what is the matter, and with room again the same call does
/// what it was asked for.
@Suite("Repositories on a full disk", .enabled(if: FullDisk.isPermitted, "a file system of its own can be mounted by root only"))
struct FullDiskTests {
    @Test("a clone that meets a full disk is made again when there is room")
    func clone() async throws {
        try await FullDisk.with { test, disk in
            let tip = try await test.commit(["large.bin": FullDisk.noise(3 << 20)], "large")
            try disk.fill(leaving: 1 << 20)
            await #expect(throws: GitError.Kind.diskFull) { try await kindOfFailure { _ = try await test.hub() } }
            try disk.clear()
            let hub = try await test.hub()
            #expect(try await hub.resolve("refs/cco/origin/main") == tip)
            try await hub.fsck()
        }
    }

    @Test("a worktree that meets a full disk is completed when there is room, and what was committed in it is still there")
    func worktree() async throws {
        try await FullDisk.with { test, disk in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let noise = FullDisk.noise(3 << 20)
            let large = try await test.change(hub, tip, ["large.bin": noise.bytes])
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: tip, date: 1)
            try test.write("work.txt", "work\n", in: agent.worktreePath)
            try await test.run("add", "-A", in: agent.worktreePath)
            try await test.run("commit", "-qm", "work", in: agent.worktreePath)
            let work = try await test.head(agent.worktreePath)
            try disk.fill(leaving: 1 << 20)
            await #expect(throws: GitError.Kind.diskFull) {
                try await kindOfFailure { try await agent.checkOut(branch: "task-2", at: large, date: 2) }
            }
            #expect(try agent.tip("task-1") == work)
            try disk.clear()
            _ = try await agent.repair()
            #expect(try await agent.harvest("task-1", into: "refs/cco/work/task-1") == work)
            try await agent.checkOut(branch: "task-2", at: large, date: 3)
            #expect(try test.read("large.bin", in: agent.worktreePath) == noise)
            let saved = try await agent.saveUncommitted(message: "x", author: agent.identity, date: 4)
            #expect(saved == nil, "half of a file was taken for work")
            #expect(try await agent.checkOut(branch: "task-1", at: tip, date: 5) == work, "half of a file was taken for work")
            try await hub.fsck()
        }
    }

    @Test("work that cannot be saved for want of room stays in the worktree, and is saved when there is room")
    func saving() async throws {
        try await FullDisk.with { test, disk in
            let hub = try await test.hub()
            let tip = try #require(try await hub.resolve("refs/cco/origin/main"))
            let agent = try test.agent("a", hub)
            try await agent.checkOut(branch: "task-1", at: tip, date: 1)
            let noise = FullDisk.noise(3 << 20)
            try test.write("large.bin", noise, in: agent.worktreePath)
            try disk.fill(leaving: 1 << 20)
            await #expect(throws: GitError.Kind.diskFull) {
                try await kindOfFailure { _ = try await agent.saveUncommitted(message: "x", author: agent.identity, date: 2) }
            }
            #expect(try agent.tip("task-1") == tip)
            #expect(try test.read("large.bin", in: agent.worktreePath) == noise)
            try disk.clear()
            _ = try await agent.repair()
            let saved = try #require(try await agent.saveUncommitted(message: "x", author: agent.identity, date: 3))
            #expect(try await agent.harvest("task-1", into: "refs/cco/work/task-1") == saved)
            #expect(try await hub.file(at: saved, path: "large.bin", limit: 8 << 20) == noise.bytes)
            try await hub.fsck()
        }
    }
}

/// A small file system below a repository's folder, on which the hub and the agents lie, and which a test can fill.
private struct FullDisk {
    static let isPermitted =
        system("d=$(mktemp -d) && mount -t tmpfs -o size=64k none $d 2>/dev/null && umount $d; s=$?; rmdir $d; exit $s") == 0

    let path: String

    static func with(_ body: (TemporaryRepository, FullDisk) async throws -> Void) async throws {
        try await TemporaryRepository.with { test in
            let disk = FullDisk(path: test.folder + "/run")
            try await test.shell("mkdir run; mount -t tmpfs -o size=32m,mode=700 none run")
            do {
                try await body(test, disk)
            } catch {
                try await test.shell("umount --lazy run")
                throw error
            }
            try await test.shell("umount --lazy run")
        }
    }

    /// Takes room away until this many bytes are left.
    func fill(leaving rest: Int) throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw GitError.system("open filler") }
        defer { close(descriptor) }
        var status = statvfs()
        guard statvfs(path, &status) == 0, posix_fallocate(descriptor, 0, Int(status.f_bavail * status.f_frsize) - rest) == 0 else {
            throw GitError.system("fill the disk")
        }
    }

    /// Gives the room back.
    func clear() throws {
        guard unlink(filler) == 0 else { throw GitError.system("remove filler") }
    }

    private var filler: String { path + "/filler" }

    /// Text that does not get smaller by packing.
    static func noise(_ count: Int) -> String {
        var state: UInt64 = 88_172_645_463_325_252
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/".utf8)
        let bytes = (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return digits[Int(state >> 58)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

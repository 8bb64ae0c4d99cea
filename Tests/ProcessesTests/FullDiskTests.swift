import Glibc
import Testing

@testable import Processes

@Suite("Exit records on a full disk", .timeLimit(.minutes(1)))
struct FullDiskTests {
    /// Whether a file system may be mounted in a namespace of its own, which vanishes with the processes in it.
    private static let mayMount = system("unshare -rm mount -t tmpfs none /mnt 2>/dev/null") == 0

    @Test("a disk that fills up while the process runs costs no exit record", .enabled(if: mayMount))
    func diskFillsUp() async throws {
        let turn = try Supervision()
        let gate = try Gate(turn.folder, "gate")
        let specification = turn.specification(["/bin/sh", "-c", "\(gate.wait); exit 7"])
        try FileSystem.write(specification.fields, to: turn.folder.path + "/spec")
        try FileSystem.makeFolder(turn.directory)
        let script = """
            mount -t tmpfs -o size=128k none \(turn.directory) && cd \(turn.directory) && cp ../spec . && touch stdin || exit 1
            (\(turn.launcher.shimExecutable) \(turn.directory) 2>&3; echo $? > \(turn.folder.path)/code) | {
                read ready; dd if=/dev/zero of=filler bs=1k 2>&1; (echo x > one-more) 2>&1; echo > \(gate.path); cat
            }
            cat exit; ls
            """
        let result = try await ChildCommand(
            "unshare", ["-rm", "sh", "-c", "exec 3>&2; " + script], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        ).run()
        #expect(result.outputText.contains("No space left on device"))
        #expect(result.errorText.isEmpty)
        #expect(try turn.folder.text("code") == "0\n")
        let record = try #require(ExitRecord(fields: RecordFields(result.standardOutput)))
        #expect(record.reason == .exited)
        #expect(record.exit == .exited(7))
        let names = Set(result.outputText.split(separator: "\n").map(String.init))
        #expect(names.isSuperset(of: ["exit", "shim", "child", "lock"]) && !names.contains("exit.new"))
    }

    @Test("who writes the record in the place of a killed shim uses the room that the shim had reserved, once")
    func reserve() async throws {
        let turn = try TemporaryFolder()
        let (reserve, path) = (turn.path + "/exit.new", turn.path + "/exit")
        try FileSystem.write([UInt8](repeating: 0, count: 1024), to: reserve)
        let inode = try inode(of: reserve)
        #expect(try FileSystem.writeIfAbsent(Array("first".utf8), to: path, using: reserve))
        #expect(try turn.text("exit") == "first")
        #expect(try self.inode(of: path) == inode, "its blocks were used again")
        #expect(try turn.names() == ["exit"])
        #expect(try FileSystem.writeIfAbsent(Array("second".utf8), to: path, using: reserve), "somebody else has recorded it")
        #expect(try turn.text("exit") == "first")
        #expect(unlink(path) == 0)
        #expect(try !FileSystem.writeIfAbsent(Array("third".utf8), to: path, using: reserve), "the room is gone")
        #expect(try turn.names() == [])
    }

    @Test("the record of a killed shim's process is written when the disk is full", .enabled(if: getuid() == 0 && mayMount))
    func fullAfterKill() async throws {
        let turn = try Supervision()
        try FileSystem.makeFolder(turn.directory)
        let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        try #require(
            try await ChildCommand("mount", ["-t", "tmpfs", "-o", "size=128k", "none", turn.directory], environment: environment).run()
                .succeeded)
        defer { system("umount -l \(turn.directory)") }
        let process = try await turn.launch("while :; do sleep 100; done")
        let filler = turn.directory + "/filler"
        _ = try await ChildCommand("dd", ["if=/dev/zero", "of=\(filler)", "bs=1k"], environment: environment).run()
        #expect(throws: SystemError.self) { try FileSystem.write([UInt8](repeating: 1, count: 100), to: turn.directory + "/more") }
        #expect(try process.shim.signal(SIGKILL))
        let record = try await process.waitForExit()
        #expect(record.reason == .lost)
        #expect(try process.exitRecord() == record)
        let names = try FileSystem.names(in: turn.directory)
        #expect(names.filter { $0.hasSuffix(".new") } == [], "nothing half-written is left")
    }

    private func inode(of path: String) throws -> UInt64 {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return UInt64(status.st_ino)
    }
}

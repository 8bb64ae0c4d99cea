import Glibc
import Testing

@testable import Processes

/// One supervised process of a test, in a temporary folder; whatever is left of it is killed at the test's end.
struct Supervision: Sendable {
    let folder: TemporaryFolder
    let launcher: ShimLauncher
    let marker: String
    private let sweeper: Sweeper

    /// The folder of the turn, inside the temporary one, so that a child can keep its own files beside it.
    var directory: String { folder.path + "/turn" }

    init() throws {
        folder = try TemporaryFolder()
        launcher = ShimLauncher(shimExecutable: try Self.shimExecutable())
        marker = "test/\(getpid())/\(folder.path)"
        sweeper = Sweeper(marker: marker)
    }

    /// The shim that was built together with the tests.
    static func shimExecutable() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let executable = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        let folder = executable.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/cco-shim"
        try #require(access(path, X_OK) == 0, "no cco-shim beside \(executable)")
        return path
    }

    /// What this machine offers to limit a process by; without a shim that can tell, nothing.
    static let machine: Confinement = {
        let pipe = (try? shimExecutable()).flatMap { popen("'\($0)' --probe", "r") }
        guard let pipe else { return Confinement() }
        defer { pclose(pipe) }
        var line = [CChar](repeating: 0, count: 400)
        guard fgets(&line, Int32(line.count), pipe) != nil else { return Confinement() }
        return Confinement(text: String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)) ?? Confinement()
    }()

    /// Forks in a loop without minding a refusal, which no shell does.
    static let hasPerl = access("/usr/bin/perl", X_OK) == 0

    /// What a limit has to be kept by: what the machine offers, or without control groups something else.
    func expected(_ usesControlGroups: Bool, _ limit: KeyPath<Confinement, Confinement.Means>, otherwise: Confinement.Means)
        -> Confinement.Means
    {
        usesControlGroups ? Self.machine[keyPath: limit] : otherwise
    }

    func specification(_ command: [String], cwd: String? = nil) -> SupervisedProcess.Specification {
        SupervisedProcess.Specification(
            directory: directory, marker: marker, command: command, workingDirectory: cwd ?? folder.path, grace: .milliseconds(200))
    }

    /// Starts a shell script.
    func launch(
        _ script: String, input: [UInt8] = [], environment: [String: String] = [:],
        change: (inout SupervisedProcess.Specification) -> Void = { _ in }
    ) async throws -> SupervisedProcess {
        var specification = specification(["/bin/sh", "-c", script])
        change(&specification)
        let complete = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        return try await launcher.launch(specification, environment: complete, standardInput: input)
    }

    /// Every process of this turn that still lives, the shim included.
    func living() throws -> [ProcessIdentity] { try ProcessSweep.find(marker: marker) }

    /// The process whose number a script writes into a file of the folder, as soon as it is there.
    func process(namedIn file: String) async throws -> ProcessIdentity {
        try await folder.untilExists(file)
        let pid = try #require(Int32(try folder.text(file).dropLast()))
        return try #require(try ProcessIdentity.of(pid: pid))
    }

    /// The folder's file as text.
    func text(_ name: String) throws -> String { try folder.text("turn/" + name) }
}

/// Kills what a failed test leaves behind.
private final class Sweeper: Sendable {
    private let marker: String

    init(marker: String) { self.marker = marker }

    deinit {
        // Best effort: the test has its verdict already.
        for process in (try? ProcessSweep.find(marker: marker)) ?? [] { _ = try? process.signal(SIGKILL) }
    }
}

/// A named pipe on which a child waits until the test lets it go on.
final class Gate: Sendable {
    let path: String
    private let descriptor: Int32

    init(_ folder: TemporaryFolder, _ name: String) throws {
        path = folder.path + "/" + name
        guard mkfifo(path, 0o600) == 0 else { throw SystemError.current("mkfifo") }
        // For reading too, so that opening never waits for the child.
        descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.current("open gate") }
    }

    deinit { close(descriptor) }

    /// Lets one waiting (or later) `read` of the child pass.
    func letPass() throws { try FileSystem.writeAll([0x0A], to: descriptor, name: path) }

    /// The shell command that waits here.
    var wait: String { "read ignored < \(path)" }
}

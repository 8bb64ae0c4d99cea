import Glibc
import Testing

@testable import Processes

/// A folder of one test, removed with the last reference to it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/cco-processes-XXXXXX".utf8CString)
        path = try template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, let made = mkdtemp(base) else { throw SystemError(code: errno) }
            return String(cString: made)
        }
    }

    deinit {
        Self.remove(path)
    }

    /// The names of the files in the folder.
    func names() throws -> [String] { try FileSystem.names(in: path) }

    func text(_ name: String) throws -> String { String(decoding: try FileSystem.read(path + "/" + name), as: UTF8.self) }

    func write(_ text: String, to name: String) throws {
        try FileSystem.write(Array(text.utf8), to: path + "/" + name)
    }

    /// Suspends until the file exists; woken by the kernel, without polling.
    func untilExists(_ name: String) async throws { try await Self.untilExists(path, name) }

    /// Suspends until the folder has the file.
    static func untilExists(_ folder: String, _ name: String) async throws {
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let watch = try KernelEvents.shared.watch(folder: folder, wake)
        defer { withExtendedLifetime(watch) {} }
        if access(folder + "/" + name, F_OK) == 0 { return }
        for await _ in stream where access(folder + "/" + name, F_OK) == 0 { return }
        throw CancellationError()
    }

    /// The living processes that have a file of the folder as their standard output.
    func users() throws -> [Int32] {
        try ProcessStatus.all().filter { !$0.isDead }.map(\.pid).filter { pid in
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = readlink("/proc/\(pid)/fd/1", &buffer, buffer.count)
            return count > 0 && String(decoding: buffer.prefix(count), as: UTF8.self).hasPrefix(path + "/")
        }
    }

    private static func remove(_ path: String) {
        for name in (try? FileSystem.names(in: path)) ?? [] {
            if unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
        }
        rmdir(path)
    }
}

/// Suspends until the process has ended; true at once when it is gone or only its exit status is left.
func ended(_ pid: Int32) async -> Bool {
    do {
        guard let identity = try ProcessIdentity.of(pid: pid), identity.isAlive else { return true }
        try await identity.untilEnded()
        return true
    } catch {
        Issue.record(error)
        return false
    }
}

func openDescriptors() throws -> Int { try FileSystem.names(in: "/proc/self/fd").count }

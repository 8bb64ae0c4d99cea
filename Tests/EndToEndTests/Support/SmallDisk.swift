import Foundation
import Glibc
import Processes
import Testing

/// A small file system of its own for a fixture's workspace, which a test can fill.
struct SmallDisk: Sendable {
    let path: String

    /// Whether this machine lets us mount one.
    static let isPermitted =
        system("d=$(mktemp -d) && mount -t tmpfs -o size=64k none $d 2>/dev/null && umount $d; s=$?; rmdir $d; exit $s") == 0

    /// Mounts the disk where the fixture's workspace will be, for as long as `body` runs.
    static func with(_ fixture: CompanyFixture, megabytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
        let disk = SmallDisk(path: fixture.config + "/workspace")
        try FileManager.default.createDirectory(atPath: disk.path, withIntermediateDirectories: false)
        try await fixture.command(["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=700", "none", disk.path])
        do {
            try await body(disk)
        } catch {
            try await disk.unmount(fixture)
            throw error
        }
        try await disk.unmount(fixture)
    }

    /// Ends what still uses the disk: once it is gone the fixture no longer knows its runs.
    private func unmount(_ fixture: CompanyFixture) async throws {
        for marker in try fixture.markers() { _ = try await ProcessSweep.end(marker: marker) }
        try await fixture.command(["umount", "--lazy", path])
    }

    private var filler: String { path + "/filler" }

    /// Takes room away until this many bytes are left; with 0, to the last one.
    func fill(leaving rest: Int) throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DiskFailure(description: "\(filler): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let size = try free - rest
        if rest == 0 {
            let block = [UInt8](repeating: 0, count: 1 << 16)
            while write(descriptor, block, block.count) > 0 {}
        } else if size > 0, posix_fallocate(descriptor, 0, size) != 0 {
            throw DiskFailure(description: "\(filler) could not be made \(size) bytes long")
        }
    }

    /// Gives the room back.
    func clear() throws { try FileManager.default.removeItem(atPath: filler) }

    private var free: Int {
        get throws {
            var status = statvfs()
            guard statvfs(path, &status) == 0 else { throw DiskFailure(description: "\(path): \(String(cString: strerror(errno)))") }
            return Int(status.f_bavail * status.f_frsize)
        }
    }
}

struct DiskFailure: Error, CustomStringConvertible {
    let description: String
}

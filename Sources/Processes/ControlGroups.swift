import CProcesses
import Glibc

/// The control groups that a shim made for its turn, for whoever has to end the turn when the shim is gone.
struct ControlGroups: Sendable, Hashable {
    /// The folders, one for each hierarchy.
    let paths: [String]

    init(paths: [String]) { self.paths = paths }

    /// Reads the record of the supervised process. An entry that does not look like a shim's own group is left out.
    init(fields: RecordFields) {
        paths = ["unified", "memory", "pids", "cpu", "freezer"].compactMap { fields.text("group-\($0)") }.filter { path in
            path.hasPrefix("/") && path.split(separator: "/").last?.hasPrefix("cco-") == true && !path.contains("/../")
        }
    }

    /// Kills all members at once where the kernel can do that, and sees to it that nobody is out of reach of a signal.
    ///
    /// Failures do not matter: whoever calls this looks for survivors and kills them one by one.
    func kill() {
        for path in paths {
            put("1", in: path + "/cgroup.kill")
            // A process that a shim froze just before it was killed dies only when it goes on.
            put("THAWED", in: path + "/freezer.state")
        }
    }

    /// Removes the groups and those that were made below them. One that has members still, or that cannot be removed for another reason,
    /// stays: the next shim tries again.
    func remove() {
        for path in paths { remove(path, depth: 0) }
    }

    private func remove(_ path: String, depth: Int) {
        // The names of a group's own files have a dot after the controller's name; only folders can be removed this way anyhow.
        if depth < 16, let names = try? FileSystem.names(in: path) {
            for name in names where isFolder("\(path)/\(name)") { remove("\(path)/\(name)", depth: depth + 1) }
        }
        rmdir(path)
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func put(_ text: String, in file: String) {
        let descriptor = cprocesses_open(file, O_WRONLY | O_NOFOLLOW, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }
}

extension ControlGroups {
    /// Whether a process is in a group of this marker or of one below it, by its `/proc/PID/cgroup`. Unlike its environment it cannot
    /// change that without the rights to.
    static func carries(_ name: [UInt8], _ groups: [UInt8]) -> Bool {
        ByteSearch.contains(
            name, in: groups, after: [UInt8(ascii: "/"), UInt8(ascii: "\n")], before: [UInt8(ascii: "@"), UInt8(ascii: "+")], mayEnd: false)
    }

    /// How the shim begins the name of the marker's group: "/" is written "+", and what is unusual "%XX".
    static func name(of marker: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("cco-".utf8)
            + marker.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "/"): [UInt8(ascii: "+")]
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    [byte]
                default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
    }
}

import Foundation

/// A search path with a git that is killed in the midst of chosen commands on the run's repository, once for each time that it is armed.
struct DyingGit: Sendable {
    struct Moment: Sendable {
        var command: String
        /// The system call that it does not come to.
        var call: String
        /// Whether the command's child processes count. Those of a push write at origin, where nobody clears up after them.
        var withChildren = true
    }

    static let moments = [
        // Where that one dies, the fetch takes its place.
        Moment(command: "unpack-objects", call: "link"), Moment(command: "fetch", call: "rename"),
        Moment(command: "merge-tree", call: "write"),
        Moment(command: "update-ref", call: "rename"), Moment(command: "push", call: "write", withChildren: false),
    ]

    private let folder: String

    init(in root: String) throws {
        folder = root + "/dying"
        try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
        let cases = Self.moments.map { moment -> String in
            let kill = "-e trace=\(moment.call) -e inject=\(moment.call):signal=SIGKILL:when=1"
            return """
                *hub.git*' \(moment.command) '*) if rm \(folder)/\(moment.command) 2> /dev/null; then
                    strace \(moment.withChildren ? "-f" : "") -qq -o /dev/null \(kill) "$git" "$@"
                    status=$?
                    # 128: git itself lives and has lost a child.
                    if [ $status -ge 128 ]; then echo \(moment.command) >> \(folder)/kills; fi
                    if [ $status -gt 128 ]; then kill -KILL $$; fi
                    exit $status
                fi ;;
                """
        }
        let script = """
            #!/bin/sh
            git=$(PATH=${PATH#*:} command -v git)
            case " $* " in
            \(cases.joined(separator: "\n"))
            esac
            exec "$git" "$@"

            """
        let path = folder + "/bin/git"
        guard FileManager.default.createFile(atPath: path, contents: Data(script.utf8), attributes: [.posixPermissions: 0o755]) else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    var searchPath: String { "\(folder)/bin:\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")" }

    /// Has the next such command be killed.
    func arm(_ moment: Moment) throws { try Data().write(to: URL(filePath: "\(folder)/\(moment.command)")) }

    func disarm(_ moment: Moment) throws {
        let file = "\(folder)/\(moment.command)"
        if FileManager.default.fileExists(atPath: file) { try FileManager.default.removeItem(atPath: file) }
    }

    /// The commands that were killed, in order.
    func kills() throws -> [String] {
        let file = folder + "/kills"
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }
}

import Foundation
import Processes

/// A search path with a git that, at its first fetch, kills the cco that has started it and goes on writing into the repository.
struct OutlivingGit: Sendable {
    private let folder: String

    init(in root: String) throws {
        folder = root + "/outliving"
        try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
        // It ends by itself when the repository has gone, and in time in any case; the same names come again and again.
        let script = """
            #!/bin/sh
            case " $* " in
            *' fetch '*) if mkdir "\(folder)/has-killed" 2> /dev/null; then
                echo $$ > "\(folder)/process"
                kill -KILL $PPID
                number=0
                while [ $number -lt 2000000 ]; do
                    number=$((number + 1))
                    { : > "$CCO_GIT_DIRECTORY/objects/tmp_late_$((number % 500))"; } 2> /dev/null || exit 1
                done
                exit 1
            fi ;;
            esac
            git=$(PATH=${PATH#*:} command -v git)
            exec "$git" "$@"

            """
        let path = folder + "/bin/git"
        guard FileManager.default.createFile(atPath: path, contents: Data(script.utf8), attributes: [.posixPermissions: 0o755]) else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    var searchPath: String { "\(folder)/bin:\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")" }

    /// The one that has killed its cco; `nil` when it has ended.
    func process() throws -> ProcessIdentity? {
        let text = try String(contentsOfFile: folder + "/process", encoding: .utf8)
        return try Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { try ProcessIdentity.of(pid: $0) }
    }
}

import Foundation

/// Where everything of one benchmark run happens: a fresh folder, and programs with a clean environment.
struct Laboratory {
    let root: String
    /// The cco under test.
    let cco: String

    init(cco: String) throws {
        self.cco = cco
        root = FileManager.default.temporaryDirectory.appending(path: "cco-bench-\(UUID().uuidString.prefix(8))").path
        try FileManager.default.createDirectory(atPath: root + "/home", withIntermediateDirectories: true)
    }

    /// Everything is removed at the end only: on some file systems making files right after removing many is slow for minutes.
    func remove() throws { try FileManager.default.removeItem(atPath: root) }

    var environment: [String: String] {
        var variables = [
            "HOME": root + "/home", "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
        ]
        for (name, value) in ["NAME": "Bench", "EMAIL": "bench@localhost"] {
            variables["GIT_AUTHOR_\(name)"] = value
            variables["GIT_COMMITTER_\(name)"] = value
        }
        return variables
    }

    @discardableResult
    func run(_ words: [String], allowing: Set<Int32> = [0]) throws -> Program.Result {
        try Program(words: words, folder: root, environment: environment).run(allowing: allowing)
    }

    /// Runs a shell script, given as text.
    @discardableResult
    func script(_ text: String, _ arguments: [String]) throws -> Program.Result { try run(["sh", "-euc", text, "sh"] + arguments) }

    /// A bare repository with `files` files on `main`, tagged `start`, and branches that each change it; made with fast-import.
    ///
    /// - Parameters:
    ///   - branches: the files that each branch adds or changes, by name.
    ///   - more: further files on `main`.
    func repository(files: Int, branches: [(name: String, files: [String: String])], more: [String: String] = [:]) throws -> String {
        let path = "\(root)/repository-\(UUID().uuidString.prefix(8)).git"
        try run(["git", "init", "-q", "--bare", "-b", "main", path])
        var stream = "commit refs/heads/main\nmark :1\ncommitter Bench <bench@localhost> 1700000000 +0000\ndata 4\nbase\n"
        for number in 0..<files {
            let text = SyntheticFiles.text(number)
            stream += "M 100644 inline \(SyntheticFiles.path(number))\ndata \(text.utf8.count)\n\(text)\n"
        }
        for (path, text) in more { stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n" }
        for branch in branches {
            stream += "commit refs/heads/\(branch.name)\ncommitter Bench <bench@localhost> 1700000000 +0000\n"
            stream += "data \(branch.name.utf8.count)\n\(branch.name)\nfrom :1\n"
            for (path, text) in branch.files.sorted(by: { $0.key < $1.key }) {
                stream += "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
            }
        }
        let input = path + "/stream"
        try stream.write(toFile: input, atomically: false, encoding: .utf8)
        try script(
            "git --git-dir=\"$1\" fast-import --quiet <\"$1/stream\" && rm \"$1/stream\" && git --git-dir=\"$1\" tag start main", [path])
        return path
    }

    /// A copy whose files are links: git changes none of them in place, and copying 100 MB for each reading would keep the disk busy beside it.
    func copy(_ repository: String) throws -> String {
        let path = "\(root)/copy-\(UUID().uuidString.prefix(8)).git"
        try run(["cp", "-Rl", repository, path])
        return path
    }
}

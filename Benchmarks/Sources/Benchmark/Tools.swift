import Foundation

/// The programs beside this one: baselines, and `cco-bench`, which puts cco's modules to work.
struct Tools {
    /// The folder with `cco`, `cco-shim` and `cco-bench`.
    let built: String
    let baselines: String
    /// The folder with baselines that are scripts.
    let scripts: String

    init(cco: String) {
        built = URL(filePath: cco).deletingLastPathComponent().path
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        baselines = own.deletingLastPathComponent().path
        scripts = (0..<4).reduce(own) { url, _ in url.deletingLastPathComponent() }.appending(path: "Baselines").path
    }

    func bench(_ name: String) -> String { "\(baselines)/bench-\(name)" }
    var ccoBench: String { built + "/cco-bench" }
    var shim: String { built + "/cco-shim" }

    /// Where a tool of the system is; `nil` when it is not installed.
    static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

extension Laboratory {
    var tools: Tools { Tools(cco: cco) }

    /// A fresh folder.
    func folder(_ name: String) throws -> String {
        let path = "\(root)/\(name)-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }

    /// Runs a program that prints one JSON value.
    func read<Value: Decodable>(_ type: Value.Type, from words: [String], allowing: Set<Int32> = [0]) throws -> Value {
        let output = try run(words, allowing: allowing).output
        do {
            return try JSONDecoder().decode(type, from: Data(output.utf8))
        } catch {
            throw Program.Failure(description: "\(words[0]) said \(output.prefix(500)): \(error)")
        }
    }
}

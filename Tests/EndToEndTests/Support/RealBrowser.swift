import Foundation

@testable import Processes
@testable import TestSupport

/// Chromium, driven by a Python program of `Tests/Browser` through Playwright: what `scripts/setup` puts there.
struct RealBrowser: Sendable {
    /// The same as in `scripts/setup`.
    static let version = "1"

    static let chromium: String? = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private static let home: String = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        return "\(cache)/cco/browser/\(version)"
    }()

    static let isSetUp = chromium != nil && FileManager.default.fileExists(atPath: home + "/ready")

    /// The folder with the programs.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Browser").path

    /// Runs a program on a fixture; what it prints is returned.
    static func run(_ program: String, on fixture: CompanyFixture, _ arguments: [String] = []) async throws -> ChildCommandResult {
        let scratch = fixture.root + "/browser"
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        var environment = fixture.environment
        environment["CCO_TEST_CCO"] = BuiltProducts.cco
        environment["CCO_TEST_CONFIG"] = fixture.config
        environment["CCO_TEST_SCRATCH"] = scratch
        environment["CCO_TEST_CHROMIUM"] = chromium
        environment["CCO_TEST_SCREENSHOTS"] = ProcessInfo.processInfo.environment["CCO_TEST_SCREENSHOTS"]
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        return try await ChildCommand(
            home + "/bin/python", ["\(folder)/\(program)"] + arguments, environment: environment, workingDirectory: fixture.root,
            timeout: .seconds(1_200)
        ).run()
    }
}

import Foundation

/// The executables that the build has put beside the tests.
enum BuiltProducts {
    static let folder: String = {
        let executable = URL(filePath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
        var folder = executable.deletingLastPathComponent()
        // A test bundle may lie one folder deeper.
        while !FileManager.default.isExecutableFile(atPath: folder.appending(path: "cco").path), folder.path != "/" {
            folder = folder.deletingLastPathComponent()
        }
        return folder.path
    }()

    static var cco: String { folder + "/cco" }
}

import ConfigurationFiles
import Glibc

/// The repository that is meant where a person names none.
enum SurroundingRepository {
    /// Where git finds one from a folder: there or further up.
    ///
    /// - Parameter folder: absolute.
    /// - Returns: the top of a working tree, or a bare repository; `.` where the folder is that itself, or is in none.
    static func name(from folder: String) -> String {
        var candidate = folder
        while !isRepository(candidate) {
            guard candidate != "/" else { return "." }
            candidate = ConfigurationPath.parent(candidate)
        }
        return candidate == folder ? "." : candidate
    }

    private static func isRepository(_ folder: String) -> Bool {
        isFile(folder + "/.git") || isGitDirectory(folder + "/.git") || isGitDirectory(folder)
    }

    private static func isGitDirectory(_ path: String) -> Bool {
        ["HEAD", "objects", "refs"].allSatisfy { access("\(path)/\($0)", F_OK) == 0 }
    }

    /// Worktrees and submodules have a file that says where their git directory is.
    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

import Glibc

/// A folder of a test's own, removed with everything in it when the test lets go of it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/cco-configuration-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil, let real = realpath(template, nil) else { throw Failure(code: errno) }
        defer { free(real) }
        path = String(cString: real)
    }

    deinit { Self.remove(path) }

    struct Failure: Error { let code: Int32 }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func makeFolder(_ name: String) throws {
        guard mkdir(self(name), 0o700) == 0 else { throw Failure(code: errno) }
    }

    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o600) throws {
        guard let file = fopen(self(name), "w") else { throw Failure(code: errno) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fchmod(fileno(file), mode) == 0 else { throw Failure(code: errno) }
    }

    func link(_ name: String, to target: String) throws {
        guard symlink(target, self(name)) == 0 else { throw Failure(code: errno) }
    }

    func read(_ name: String) throws -> String {
        guard let file = fopen(self(name), "r") else { throw Failure(code: errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    func mode(_ name: String) throws -> mode_t {
        var status = stat()
        guard stat(self(name), &status) == 0 else { throw Failure(code: errno) }
        return status.st_mode & 0o777
    }

    func names(_ folder: String = "") -> [String] { Self.entries(self(folder)).sorted() }

    private static func entries(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in entries(path) { remove(path + "/" + name) }
        rmdir(path)
    }
}

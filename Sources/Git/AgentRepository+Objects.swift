import Orchestration
import Processes

extension AgentRepository {
    /// Bytes of a pack that is handed on in one piece.
    static let smallPack = 2 << 20

    /// Whether a commit and everything that it has more than `base` are there and can be read: what a harvest needs.
    ///
    /// - Parameter bringing: whether to have the hub take what was read, so that a harvest finds it there. Only little is taken, and nothing that
    ///   the hub objects to: for all else, the harvest has its own way.
    /// - Throws: ``GitError``, also when the machine is too short of something to tell: that must not count as damage, which is mended by going
    ///   back to an earlier commit.
    func isReadable(_ id: ObjectID, over base: ObjectID?, bringing: Bool = false) async throws(GitError) -> Bool {
        let input = "\(id)\n" + (base.map { "^\($0)\n" } ?? "")
        let arguments = ["pack-objects", "--revs", "--stdout", "-q", "--window=0", "--threads=1"]
        let result = try await git.attempt(
            arguments, at: control, input: Array(input.utf8), timeout: .seconds(600), limit: bringing ? Self.smallPack : 2_000)
        if result.succeeded {
            if bringing, !result.truncated { await hub.take(result.standardOutput, to: id) }
            return true
        }
        let failure = Git.failure(of: arguments, result)
        if failure.kind == .outOfResources || failure.kind == .diskFull { throw failure }
        return false
    }

    /// Takes away the agent's objects that cannot be read. Git takes an object whose file is there for stored, and so would never store
    /// it again, however often the same content is committed.
    ///
    /// Reads all of the agent's objects, so it is only for when some turned out to be damaged.
    /// - Returns: how many files it took away.
    /// - Throws: ``GitError``.
    @discardableResult
    func removeDamagedObjects() async throws(GitError) -> Int {
        var count = 0
        // They only make git faster, and may name what is gone.
        let objects = try FolderHandle(path: gitDirectory).folder("objects")
        for name in ["commit-graph", "commit-graphs"] { try objects?.descend(["info"])?.removeTree(name) }
        try objects?.descend(["pack"])?.unlink("multi-pack-index")
        for folder in [gitDirectory, controlDirectory] {
            let objects = folder + "/objects/"
            let place = GitLocation(gitDirectory: controlDirectory, environment: ["GIT_OBJECT_DIRECTORY": folder + "/objects"])
            let report = try await git.attempt(
                ["fsck", "--no-full", "--no-dangling", "--no-reflogs", "--no-progress"], at: place, timeout: .seconds(1_800))
            // Each damaged object is named with its file.
            let paths = report.errorText.split(separator: "\n").compactMap { line in
                line.range(of: objects).map { String(line[$0.lowerBound...].prefix { $0 != " " && $0 != "\n" && $0 != ")" }) }
            }
            for path in paths.uniqued {
                let parts = path.dropFirst(objects.count).split(separator: "/").map(String.init)
                guard parts.count == 2, parts[0].utf8.count == 2, RelativePath.isSafe(parts[1]) else { continue }
                try FolderHandle(path: folder).descend(["objects", parts[0]])?.unlink(parts[1])
                count += 1
            }
            count += try await setDamagedPacksAside(folder)
        }
        return count
    }

    /// Without its index, a pack is not looked at.
    private func setDamagedPacksAside(_ folder: String) async throws(GitError) -> Int {
        guard let packs = try FolderHandle(path: folder).descend(["objects", "pack"]) else { return 0 }
        var count = 0
        for name in try packs.names() where name.hasPrefix("pack-") && name.hasSuffix(".idx") {
            let check = try await git.attempt(["verify-pack", packs.path + "/" + name], at: control, timeout: .seconds(1_800))
            if check.succeeded { continue }
            try packs.move(name, to: name + ".damaged")
            count += 1
        }
        return count
    }
}

extension HubRepository {
    /// Objects in files of their own that one pack may become; a fetch has the same limit, and keeps larger packs.
    private static let looseLimit = 100

    /// Begins to take the objects of a pack that ends with a commit, each one checked, and each that it names either with it or here before: what
    /// a fetch does with half a dozen processes. A pack that cannot be taken is left alone.
    fileprivate func take(_ pack: [UInt8], to id: ObjectID) async {
        // A pack begins with a mark and a version of four bytes each, and the number of objects.
        guard pack.count > 12, pack[8..<12].reduce(0, { $0 << 8 | Int($1) }) <= Self.looseLimit else { return }
        await sessions.arrivals.begin(id) {
            let arguments = ["unpack-objects", "-q", "--strict"]
            // The harvest's own way will say what is wrong.
            let result = try? await git.attempt(arguments, at: location, input: pack, timeout: .seconds(600))
            return result?.succeeded == true
        }
    }
}

import Foundation
import Orchestration
import Processes
import Testing

@testable import Git

/// Merging in memory against `git merge` in a worktree, over generated histories.
@Suite("Merging as git merge does")
struct MergeEquivalenceTests {
    /// `CCO_TEST_MERGES` asks for more or fewer.
    static let count = ProcessInfo.processInfo.environment["CCO_TEST_MERGES"].flatMap { Int($0) } ?? 80

    @Test("whatever two branches did, the tree is git merge's, and a conflict is one for both")
    func histories() async throws {
        try await TemporaryRepository.with { test in
            let hub = try await test.hub()
            var stream = ""
            for number in 0..<Self.count { stream += GeneratedHistory(seed: UInt64(number)).stream("h\(number)") }
            try await hub.git.run(["fast-import", "--quiet"], at: hub.location, input: Array(stream.utf8))
            let place = test.folder + "/worktree"
            try await test.run("clone", "-q", "--no-checkout", hub.path, place)
            try await test.run("-C", place, "fetch", "-q", "origin", "refs/heads/h*:refs/h/h*")
            var clean = 0
            var conflicts = 0
            for number in 0..<Self.count {
                let ours = try #require(try await hub.resolve("refs/heads/h\(number)-ours"))
                let theirs = try #require(try await hub.resolve("refs/heads/h\(number)-theirs"))
                // Submodules are not filled, so git cannot look into them; a moved gitlink on one side only needs no look.
                let script = """
                    git checkout -q -f --detach \(ours) && git clean -qfdx
                    if git -c merge.conflictStyle=zdiff3 merge -q --no-ff --no-edit \(theirs) >/dev/null 2>&1; then git rev-parse HEAD^{tree}
                    else git merge --abort >/dev/null 2>&1 || git reset -q --hard; echo conflict; fi
                    """
                let expected = try await test.shell(script, in: place)
                switch try await hub.mergeTree(ours, theirs) {
                case .clean(let tree):
                    clean += 1
                    #expect(tree.hex == expected, "history \(number): \(GeneratedHistory(seed: UInt64(number)).story)")
                case .conflict:
                    conflicts += 1
                    #expect(expected == "conflict", "history \(number): \(GeneratedHistory(seed: UInt64(number)).story)")
                }
            }
            print("\(Self.count) histories: \(clean) merged, \(conflicts) conflicts")
            #expect(clean > Self.count / 5 && conflicts > Self.count / 20)
        }
    }
}

/// Two branches from one base, each with a few random changes, as a stream for `git fast-import`.
private struct GeneratedHistory {
    private var random: UInt64
    private(set) var story: [String] = []
    private var streamText = ""
    private var base: [String: Entry] = [:]
    private var ours: [String: Entry] = [:]
    private var theirs: [String: Entry] = [:]

    private struct Entry: Equatable {
        var mode = "100644"
        var text: String
    }

    private static let submodule = "1111111111111111111111111111111111111111"

    init(seed: UInt64) {
        random = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        for number in 0..<6 { base["dir\(number % 2)/file\(number).txt"] = Entry(text: lines(30, of: "file \(number)")) }
        base["list.txt"] = Entry(text: lines(5, of: "list"))
        base["data.bin"] = Entry(text: "binary\u{0}" + lines(4, of: "data"))
        base["tool.sh"] = Entry(text: lines(12, of: "tool"))
        base["link"] = Entry(mode: "120000", text: "list.txt")
        base["module"] = Entry(mode: "160000", text: Self.submodule)
        if pick(3) > 0 {
            base[".gitattributes"] = Entry(text: ["list.txt merge=union\n", "*.txt -merge\n", "*.sh merge=binary\n"][pick(3)])
        }
        let rules = ["*.txt merge=union\n", "*.txt -merge\n", "file0.txt merge=binary\n*.txt text\n", "* -text\n", "*.txt !merge\n"]
        if pick(3) > 0 { base["dir\(pick(2))/.gitattributes"] = Entry(text: rules[pick(rules.count)]) }
        if pick(4) == 0 {
            for number in 0..<2 { base["dir0/deep/file\(number).txt"] = Entry(text: lines(30, of: "deep file \(number)")) }
            base["dir0/deep/.gitattributes"] = Entry(text: rules[pick(rules.count)])
        }
        ours = changed(base, "ours")
        theirs = changed(base, "theirs")
    }

    func stream(_ name: String) -> String {
        let first = name + "-base"
        return commit(first, from: nil, base) + commit(name + "-ours", from: first, ours) + commit(name + "-theirs", from: first, theirs)
    }

    private func commit(_ branch: String, from: String?, _ files: [String: Entry]) -> String {
        var text = "commit refs/heads/\(branch)\ncommitter T <t@example.invalid> 1700000000 +0000\ndata 1\nx\n"
        if let from { text += "from refs/heads/\(from)\n" }
        text += "deleteall\n"
        for (path, entry) in files.sorted(by: { $0.key < $1.key }) {
            if entry.mode == "160000" {
                text += "M 160000 \(entry.text) \(path)\n"
            } else {
                text += "M \(entry.mode) inline \(path)\ndata \(entry.text.utf8.count)\n\(entry.text)\n"
            }
        }
        return text + "\n"
    }

    private mutating func changed(_ files: [String: Entry], _ side: String) -> [String: Entry] {
        var files = files
        for _ in 0...pick(4) {
            let names = files.keys.sorted()
            let path = names[pick(names.count)]
            guard var entry = files[path] else { continue }
            switch pick(14) {
            case 0...4 where entry.mode == "100644" || entry.mode == "100755":
                entry.text = edited(entry.text, side)
                files[path] = entry
                story.append("\(side) edits \(path)")
            case 5:
                files[path] = nil
                story.append("\(side) deletes \(path)")
            case 6 where entry.mode.hasPrefix("100"):
                files[path] = nil
                let target = ["moved/\(side).txt", "dir1/moved.txt", "dir2/" + (path.split(separator: "/").last ?? "x")][pick(3)]
                if pick(2) == 0 { entry.text = edited(entry.text, side) }
                files[target] = entry
                story.append("\(side) renames \(path) to \(target)")
            case 7 where entry.mode.hasPrefix("100"):
                entry.mode = entry.mode == "100644" ? "100755" : "100644"
                files[path] = entry
                story.append("\(side) changes the mode of \(path)")
            case 8:
                let added = ["new.txt", "\(side).txt", "dir0/new.txt"][pick(3)]
                files[added] = Entry(text: lines(3 + pick(3), of: pick(2) == 0 ? side : "new"))
                story.append("\(side) adds \(added)")
            case 9 where files["module"] != nil:
                let number = 2 + pick(2)
                files["module"] = Entry(mode: "160000", text: String(repeating: "\(number)", count: 40))
                story.append("\(side) bumps the submodule to \(number)")
            case 10 where files["list.txt"] != nil:
                files["list.txt"]?.text += "\(side) \(pick(3))\n"
                story.append("\(side) appends to list.txt")
            case 11 where files["dir0/file0.txt"] != nil:
                for (name, moved) in files where name.hasPrefix("dir0/") {
                    files[name] = nil
                    files["renamed/" + name.dropFirst(5)] = moved
                }
                story.append("\(side) renames dir0")
            case 12:
                let place = ["dir0/.gitattributes", "dir1/.gitattributes", ".gitattributes"][pick(3)]
                files[place] = pick(4) == 0 ? nil : Entry(text: ["*.txt merge=union\n", "*.txt -merge\n", "*.txt merge=text\n"][pick(3)])
                story.append("\(side) changes \(place)")
            case 13 where files["dir0/file0.txt"] != nil && files["dir0/file2.txt"] != nil:
                // At the same places as the other side does, so that rules decide.
                for name in ["dir0/file0.txt", "dir0/file2.txt"] { files[name]?.text += "\(side) \(pick(3))\n" }
                story.append("\(side) appends in dir0")
            default:
                continue
            }
        }
        return files
    }

    private mutating func edited(_ text: String, _ side: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let place = pick(max(1, lines.count - 1))
        switch pick(3) {
        case 0: lines[place] = "\(side) was here \(pick(2))"
        case 1: lines.insert("added by \(side)", at: place)
        default: if lines.count > 3 { lines.remove(at: place) }
        }
        return lines.joined(separator: "\n")
    }

    private func lines(_ count: Int, of name: String) -> String { (1...count).map { "line \($0) of \(name)\n" }.joined() }

    private mutating func pick(_ count: Int) -> Int {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((random >> 33) % UInt64(count))
    }
}

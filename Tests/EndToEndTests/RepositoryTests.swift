import Foundation
import Glibc
import JSON
import Processes
import Synchronization
import Testing

@testable import TestSupport

@Suite("Repositories as they are", .serialized, .enabled(if: RealCLI.isSetUp, "run scripts/setup first"))
struct RepositoryTests {
    @Test("a commit that somebody pushes during the run is integrated and verified with the rest")
    func remoteMoves() async throws {
        let plan = CompanyPlan.synthetic(tasks: 2)
        let watched = WatchedScript(CompanyScript(plan)) { $0.tools.contains { $0.name == "Bash" } }
        try await CompanyFixture.with(plan, script: watched) { fixture in
            let run = try await fixture.begin(["start"])
            await watched.seen()
            let clone = try await fixture.freshClone()
            try await fixture.git(["-C", clone, "commit", "-q", "--allow-empty", "-m", "A colleague's commit"])
            try await fixture.git(["-C", clone, "push", "-q", "origin", "main"])
            let ended = try await run.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let subjects = try await fixture.git(["--git-dir", fixture.origin, "log", "--format=%s", "main"])
            #expect(subjects.contains("A colleague's commit"))
            #expect(try await fixture.files().isSuperset(of: ["src/task1.txt", "src/task2.txt"]))
        }
    }

    @Test("a branch that origin refuses gets a fallback branch, an exit code of its own and a remedy")
    func pushRefused() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        try await CompanyFixture.with(plan) { fixture in
            let hook = fixture.origin + "/hooks/pre-receive"
            try Data(
                "#!/bin/sh\nwhile read old new ref; do [ $ref = refs/heads/main ] && { echo 'main is protected'; exit 1; }; done; exit 0\n"
                    .utf8
            )
            .write(to: URL(filePath: hook))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
            let before = try await fixture.git(["--git-dir", fixture.origin, "rev-parse", "main"])
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(14), "\(result.outputText)\(result.errorText)")
            #expect(result.outputText.contains("main is protected"))
            #expect(try await fixture.git(["--git-dir", fixture.origin, "rev-parse", "main"]) == before)
            let branches = try await fixture.git(["--git-dir", fixture.origin, "branch", "--list", "cco/*", "--format=%(refname:short)"])
            let fallback = try #require(branches.split(separator: "\n").first.map(String.init))
            #expect(try await fixture.files(branch: fallback).contains("src/task1.txt"))
        }
    }

    @Test("with sparseCheckout a worker has the folders of its task only, and what lands is the whole tree")
    func sparse() async throws {
        var plan = CompanyPlan.synthetic(tasks: 2)
        plan.seedFiles += (1...20).map { WorkFile("vast/part\($0)/data.txt", "data \($0)\n") }
        let (gate, seeds) = (plan.verifyCommand, plan.seedFiles.map(\.path))
        let root = Mutex("")
        let seen = Mutex<[String: Bool]>([:])
        let company = CompanyScript(plan)
        // While a worker waits for an answer its worktree is as it was given.
        let script = ClosureScript { request in
            if request.tools.contains(where: { $0.name == "Bash" }) {
                let runs = root.withLock { $0 } + "/config/workspace/runs"
                for case let path as String in FileManager.default.enumerator(atPath: runs) ?? .init()
                where path.contains("/agents/worker-") && path.hasSuffix("/tree") {
                    let tree = "\(runs)/\(path)"
                    guard FileManager.default.fileExists(atPath: tree + "/PROJECT_DIRECTION.md") else { continue }
                    seen.withLock { $0[path] = FileManager.default.fileExists(atPath: tree + "/vast") }
                }
            }
            return await company.reply(to: request)
        }
        try await CompanyFixture.with(plan, script: script, options: ["sparseCheckout": true]) { fixture in
            root.withLock { $0 = fixture.root }
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            let trees = seen.withLock { $0 }
            #expect(!trees.isEmpty && trees.values.allSatisfy { !$0 }, "\(trees)")
            try await fixture.expectSound(gate: gate)
            let files = try await fixture.files()
            #expect(files.isSuperset(of: ["src/task1.txt", "src/task2.txt"] + seeds))
        }
    }

    @Test("with useRunBranch everything lands on a branch of the run, and main stays")
    func runBranch() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        try await CompanyFixture.with(plan, options: ["useRunBranch": true]) { fixture in
            let before = try await fixture.git(["--git-dir", fixture.origin, "rev-parse", "main"])
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(try await fixture.git(["--git-dir", fixture.origin, "rev-parse", "main"]) == before)
            let branches = try await fixture.git(["--git-dir", fixture.origin, "branch", "--list", "run/*", "--format=%(refname:short)"])
            let branch = try #require(branches.split(separator: "\n").first.map(String.init))
            #expect(branch.wholeMatch(of: /run\/\d{4}-\d\d-\d\d-\d\d-\d\d/) != nil, "the branch is called \(branch)")
            try await fixture.expectSound(branch: branch, gate: plan.verifyCommand)
        }
    }

    @Test(
        "a repository with 50,000 files is worked on like any other",
        .enabled(if: ProcessInfo.processInfo.environment["CCO_TEST_LARGE"] != nil, "takes minutes; set CCO_TEST_LARGE"))
    func largeRepository() async throws {
        var large = CompanyPlan.synthetic(tasks: 2)
        for number in 0..<50_000 {
            large.seedFiles.append(WorkFile("library/part\(number / 250)/file\(number).txt", "line of file \(number)\n"))
        }
        let plan = large
        try await CompanyFixture.with(plan, options: ["workerCount": 2]) { fixture in
            let result = try await fixture.cco(["start"], timeout: .seconds(900))
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let report = try await fixture.cco(["report"])
            print(report.outputText.split(separator: "\n").filter { $0.contains("time:") }.joined())
        }
    }

    @Test("submodules are filled for workers and the gate, and LFS pointers stay pointers")
    func submodulesAndPointers() async throws {
        var plan = CompanyPlan.synthetic(tasks: 1)
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 12345\n"
        plan.seedFiles += [
            WorkFile(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"), WorkFile("data.bin", pointer),
        ]
        plan.verifyCommand = "test -f part/lib.txt && sh check.sh"
        plan.goals[0].tasks[0].steps.insert(.run("test -f part/lib.txt && git status --short"), at: 0)
        let nested = plan
        try await CompanyFixture.with(nested) { fixture in
            try Data("[protocol \"file\"]\n\tallow = always\n".utf8).write(to: URL(filePath: fixture.home + "/.gitconfig"))
            let part = fixture.root + "/part"
            try await fixture.git(["init", "-q", "-b", "main", part])
            try Data("a library\n".utf8).write(to: URL(filePath: part + "/lib.txt"))
            try await fixture.git(["-C", part, "add", "-A"])
            try await fixture.git(["-C", part, "commit", "-q", "-m", "Part"])
            let clone = try await fixture.freshClone()
            try await fixture.git(["-C", clone, "submodule", "--quiet", "add", part, "part"])
            try await fixture.git(["-C", clone, "commit", "-q", "-m", "Add a part"])
            try await fixture.git(["-C", clone, "push", "-q", "origin", "main"])
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: "sh check.sh")
            #expect(try await fixture.git(["--git-dir", fixture.origin, "show", "main:data.bin"]) == pointer)
            #expect(try await fixture.git(["--git-dir", fixture.origin, "ls-tree", "main", "part"]).hasPrefix("160000"))
        }
    }

    @Test("a repository is fetched from and pushed to over ssh, with the user's own way to it, which agents do not get")
    func overSSH() async throws {
        let plan = CompanyPlan.synthetic(tasks: 1)
        try await CompanyFixture.with(plan) { fixture in
            // Stands for ssh and for the host behind it: notes who is called, and does there what it is told.
            let ssh = fixture.root + "/ssh-stand-in"
            let script = """
                #!/bin/sh
                while [ $# -gt 2 ]; do shift; done
                echo "$1" >> '\(fixture.root)/ssh-calls'
                exec sh -c "$2"
                """
            _ = FileManager.default.createFile(atPath: ssh, contents: Data(script.utf8), attributes: [.posixPermissions: 0o755])
            try fixture.setRepository("git@host.invalid:\(fixture.origin)")
            let result = try await fixture.cco(["start"], environment: ["GIT_SSH_COMMAND": ssh, "GIT_SSH_VARIANT": "simple"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: plan.verifyCommand)
            let calls = try String(contentsOfFile: fixture.root + "/ssh-calls", encoding: .utf8).split(separator: "\n")
            #expect(calls.count >= 2 && Set(calls) == ["git@host.invalid"])
        }
    }

    @Test("an empty repository starts from the direction in the configuration folder")
    func emptyRepository() async throws {
        var plan = CompanyPlan.synthetic(tasks: 1)
        let seed = plan.seedFiles.filter { $0.path != "PROJECT_DIRECTION.md" }
        plan.goals[0].tasks[0].steps.insert(.write(seed), at: 0)
        plan.seedFiles = []
        let empty = plan
        try await CompanyFixture.with(empty) { fixture in
            try Data("# Files\n\nOne small file.\n".utf8).write(to: URL(filePath: fixture.config + "/PROJECT_DIRECTION.md"))
            let result = try await fixture.cco(["start"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            try await fixture.expectSound(gate: empty.verifyCommand)
            #expect(try await fixture.files().isSuperset(of: ["PROJECT_DIRECTION.md", "src/task1.txt"]))
        }
    }

    @Test("cleanup of one configuration leaves a live run of the same repository alone, keeps unmerged commits and can be repeated")
    func cleanupBesideLiveRun() async throws {
        var slow = CompanyPlan.synthetic(tasks: 1)
        slow.goals[0].tasks[0].mistakes = [.slow(seconds: 15)]
        let plan = slow
        try await CompanyFixture.with(plan) { fixture in
            let second = CompanyFixture(root: fixture.root, api: fixture.api, cli: fixture.cli, configName: "second")
            try FileManager.default.copyItem(atPath: fixture.config, toPath: second.config)
            let first = try await fixture.begin(["start"])
            try await fixture.untilTool("sleep 15", first)
            try first.signal(SIGINT)
            _ = try await first.ended()
            let live = try await second.begin(["start"])
            try await second.untilTool("sleep 15", live)

            let refused = try await fixture.cco(["cleanup"])
            #expect(!refused.succeeded, "a paused run was cleaned up without being asked twice")
            let cleaned = try await fixture.cco(["cleanup", "--abandon"])
            #expect(cleaned.succeeded, "\(cleaned.outputText)\(cleaned.errorText)")
            #expect(!FileManager.default.fileExists(atPath: fixture.config + "/workspace"))
            #expect(try await fixture.cco(["cleanup"]).succeeded)

            let busy = try await second.cco(["cleanup"])
            #expect(busy.exit == .exited(75), "\(busy.outputText)\(busy.errorText)")
            let ended = try await live.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            try await second.expectSound(gate: plan.verifyCommand)
            #expect(try await second.cco(["cleanup"]).succeeded)
            #expect(!FileManager.default.fileExists(atPath: second.config + "/workspace"))
        }
    }
}

import Foundation
import Processes
import Testing

/// `cco merge` as a tool of its own: real git, no agents.
@Suite("Merging branches from elsewhere", .serialized)
struct MergeCommandTests {
    @Test("good branches land in one gate run each way, a bad one and a conflicting one are named, and the exit code says so")
    func merge() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.branch("bad", ["broken": "yes\n", "check.sh": "echo 'error: it is broken'; test ! -e broken\n"])
            try await fixture.branch("left", ["shared.txt": "left\n"])
            try await fixture.branch("right", ["shared.txt": "right\n"])
            try await fixture.branch("good-2", ["two.txt": "2\n"])
            let result = try await fixture.merge(["good-1", "bad", "left", "right", "good-2", "--json"])
            #expect(result.exit == .exited(18), "\(result.outputText)\(result.errorText)")
            let outcome = try fixture.outcome(result)
            #expect(outcome == ["good-1": "landed", "bad": "red", "left": "landed", "right": "conflict", "good-2": "landed"])
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt", "shared.txt", "two.txt"])
            #expect(result.outputText.contains("shared.txt") && result.outputText.contains(".log"))
            #expect(result.outputText.contains(#""failure" : "error: it is broken""#), "\(result.outputText)")
            let report = try fixture.report()
            #expect(report.contains("3 of 5 landed.") && report.contains("- `good-1`: landed as `"), "\(report)")
            #expect(report.contains("- `right`: **given back**: does not merge: shared.txt"), "\(report)")
            let why =
                "the gate fails: exit code 1; fails on main with good-1, passes without it; first failure: error: it is broken; log: `"
            #expect(report.contains("- `bad`: **given back**: \(why)") && !report.contains("What was asked"), "\(report)")
            // A receipt at every commit, also at those that were verified together with a later one.
            let commits = try await fixture.git(["rev-list", "--first-parent", "main", "^start"]).split(separator: "\n")
            #expect(commits.count == 3)
            for commit in commits {
                let note = try await fixture.git(["notes", "--ref=cco", "show", String(commit)])
                #expect(note.contains("\"exitCode\":0") && note.contains("\"kind\":\"branch\""))
            }
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a rehearsal says what would land and changes nothing")
    func dryRun() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let before = try await fixture.git(["show-ref"])
            let result = try await fixture.merge(["good-1", "--dry-run"])
            #expect(result.exit == .exited(0) && result.outputText.contains("would land"), "\(result.outputText)\(result.errorText)")
            #expect(try await fixture.git(["show-ref"]) == before)
            #expect(result.outputText.contains("good-1 would be on main as"), "\(result.outputText)")
            let report = try fixture.report()
            #expect(report.contains("- `good-1`: would land") && report.contains("REHEARSAL") && !report.contains("git fetch"), "\(report)")
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a branch without a common history is named, and holds nobody up")
    func orphan() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.orphan("pages", ["index.html": "<p>\n"])
            let result = try await fixture.merge(["pages", "good-1", "--json"])
            #expect(result.exit == .exited(18), "\(result.outputText)\(result.errorText)")
            #expect(try fixture.outcome(result) == ["pages": "objection", "good-1": "landed"])
            #expect(result.outputText.contains("shares no history"))
            try await fixture.expectNothingLeft()
        }
    }

    @Test("where the target fails the gate by itself no branch is blamed; one that mends it lands, and the others with it")
    func redTarget() async throws {
        try await BranchFixture.with { fixture in
            for number in 1...3 { try await fixture.branch("good-\(number)", ["\(number).txt": "\(number)\n"]) }
            try await fixture.commitToMain(["broken": "yes\n"])
            let red = try await fixture.merge((1...3).map { "good-\($0)" })
            #expect(red.exit == .exited(18), "\(red.outputText)\(red.errorText)")
            // Of each in the log, and in the outcome.
            #expect(red.outputText.components(separatedBy: "main fails it by itself").count == 7, "\(red.outputText)")
            try await fixture.branch("cure", ["broken": nil], from: "main")
            let cured = try await fixture.merge((1...3).map { "good-\($0)" } + ["cure"])
            #expect(cured.exit == .exited(0), "\(cured.outputText)\(cured.errorText)")
            #expect(try await fixture.files() == ["1.txt", "2.txt", "3.txt", "check.sh", "good.txt"])
            try await fixture.expectNothingLeft()
        }
    }

    @Test(
        "a configuration's gate is judged with the configuration's environment, files and time; nothing is pushed where that is not wanted")
    func configuration() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let command = #"test "$FLAVOUR" = sweet && grep -q TOKEN=hidden-value .env && sh check.sh"#
            try fixture.configure([
                "orchestrator.json":
                    #"{"repositoryUrl":"\#(fixture.origin)","workerCount":1,"verifyCommand":\#(fixture.quoted(command)),"agentEnvironment":{"FLAVOUR":"sweet"}}"#,
                ".env": "TOKEN=hidden-value\n",
            ])
            let before = try await fixture.git(["show-ref"])
            let kept = try await fixture.call(["merge", "--config", "config", "--target", "main", "--no-push", "good-1"])
            #expect(kept.exit == .exited(0), "\(kept.outputText)\(kept.errorText)")
            #expect(kept.outputText.contains("Nothing was pushed. Get it: git fetch"))
            #expect(try await fixture.git(["show-ref"]) == before)
            let (text, _) = try await fixture.queue()
            #expect(text.contains("Nothing was pushed. Get it: git fetch"), "\(text)")
            let landed = try await fixture.call(["merge", "--config", "config", "--target", "main", "good-1"])
            #expect(landed.exit == .exited(0), "\(landed.outputText)\(landed.errorText)")
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt"])
        }
    }

    @Test(
        "a rehearsal in a clone that has the target checked out says that nobody can push there, as the merge would; so does a shallow one that it gives nothing"
    )
    func clones() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.commitToMain(["two.txt": "2\n"])
            let words = ["merge", "--target", "main", "--verify", "sh check.sh", "--dry-run", "good-1", "--repository"]
            let refused = try await fixture.call(words + [fixture.seed])
            #expect(refused.exit == .exited(77) && refused.errorText.contains("has main checked out"), "\(refused.errorText)")
            let rehearsed = try await fixture.call(words + [fixture.seed, "--no-push"])
            #expect(rehearsed.exit == .exited(0) && rehearsed.outputText.contains("would land"), "\(rehearsed.errorText)")
            let shallow = try await fixture.shallowClone(branches: ["good-1"])
            let result = try await fixture.call(words + [shallow, "--no-push"])
            #expect(
                result.exit == .exited(65) && result.errorText.contains("git fetch --unshallow"), "\(result.outputText)\(result.errorText)")
        }
    }

    @Test("killed and called again, it lands what has not landed and merges nothing twice")
    func killed() async throws {
        try await BranchFixture.with { fixture in
            for number in 1...4 { try await fixture.branch("good-\(number)", ["\(number).txt": "\(number)\n"]) }
            let names = (1...4).map { "good-\($0)" }
            let git = try OutlivingGit(in: fixture.root)
            let early = try await fixture.merge(names, environment: ["PATH": git.searchPath])
            #expect(early.exit == .signaled(9), "\(early.outputText)\(early.errorText)")
            let outliving = try #require(try git.process())
            for point in ["merge.merged:3", "gate.ended:1", "publish.pushed:1"] {
                let killed = try await fixture.merge(names, environment: ["CCO_CRASH_POINT": point])
                #expect(killed.exit == .signaled(9), "\(point): \(killed.outputText)\(killed.errorText)")
                #expect(!outliving.isAlive, "the git of a cco that is gone still writes")
            }
            try await fixture.branch("good-5", ["5.txt": "5\n"])
            let result = try await fixture.merge(names + ["good-5"])
            #expect(result.exit == .exited(0), "\(result.outputText)\(result.errorText)")
            #expect(try await fixture.files() == ["1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "check.sh", "good.txt"])
            let merges = try await fixture.git(["log", "--first-parent", "--format=%s", "main", "^start"]).split(separator: "\n")
            #expect(merges.sorted() == (1...5).map { "Merge good-\($0)" })
            try await fixture.expectNothingLeft()
        }
    }

    @Test("what cannot be meant is refused with what to do, before anything is touched")
    func badInput() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            func expect(_ arguments: [String], _ exit: Int32, _ words: String...) async throws {
                let result = try await fixture.merge(arguments)
                #expect(result.exit == .exited(exit), "\(arguments): \(result.outputText)\(result.errorText)")
                for word in words { #expect(result.errorText.contains(word), "\(arguments): \(result.errorText)") }
            }
            try await expect(["nowhere"], 64, "no branch \"nowhere\"", "good-1")
            try await expect(["good-1", "good-1"], 64, "twice")
            try await expect(["main"], 64, "the target itself")
            try await expect(["good-1", "--ungated"], 64, "exclude")
            try await expect(["good-1", "--slots", "0"], 64, "--slots")
            try await expect([], 64, "branches")
            try await expect(["good-1", "--workspace", fixture.seed], 73, "not a workspace of cco", "Nothing was changed")
            #expect(!FileManager.default.fileExists(atPath: fixture.seed + "/lock"))
            #expect(try await fixture.files() == ["check.sh", "good.txt"])
        }
    }
}

import Glibc
import Processes
import Testing

/// What others do while a merge is at work: they look at it, push to origin, refuse its push, stop it.
extension MergeCommandTests {
    @Test("cco queue shows what waits for a merge at work, why and since when, and what came of one that has ended")
    func queue() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.branch("left", ["shared.txt": "left\n"])
            try await fixture.branch("right", ["shared.txt": "right\n"])
            let nothing = try await fixture.call(["queue", "--repository", fixture.origin])
            #expect(nothing.exit == .exited(64) && nothing.errorText.contains("no cco merge has been at work"), "\(nothing.errorText)")

            let gate = try await fixture.heldGate()
            let merge = try await fixture.begin(["--repository", fixture.origin, "--verify", gate.command, "good-1", "left", "right"])
            try await fixture.untilHeld(gate)
            let (text, run) = try await fixture.queue()
            #expect(text.contains("cco merge into main of \(fixture.origin)  working, since "), "\(text)")
            #expect(text.contains("Into main: 2 are verified together; a gate runs on the first 2"), "\(text)")
            #expect(run.kind == "merge" && run.state == "working" && run.outcome == nil)
            let waiting = try #require(run.queues.first).candidates
            #expect(waiting.map(\.what) == ["good-1", "left", "right"])
            #expect(waiting.map(\.state) == ["merged", "gating", "waiting"])
            #expect(waiting[0].why == "verified together with what is behind it, up to left" && waiting[1].why == "its gate runs")
            #expect(waiting[2].why == "does not fit what is being verified for main; merged again after that")
            #expect(waiting.allSatisfy { text.contains("\($0.what)  \($0.why); since ") && $0.since.iso.hasSuffix("Z") }, "\(text)")
            // Of another branch there is none.
            let other = try await fixture.call(["queue", "--repository", fixture.origin, "--target", "start"])
            #expect(other.exit == .exited(64), "\(other.outputText)")

            try await fixture.letGo(gate)
            let ended = try await merge.ended()
            #expect(ended.exit == .exited(18), "\(ended.output)")
            let (after, over) = try await fixture.queue(["--target", "main"])
            #expect(after.contains("has ended at ") && after.contains("right   does not merge: shared.txt"), "\(after)")
            #expect(over.state == "ended" && over.queues.isEmpty)
            #expect(over.outcome?.branches.map(\.outcome) == ["landed", "landed", "conflict"])
            try await fixture.expectNothingLeft()
        }
    }

    @Test("what somebody pushes to the target while the gate runs is merged with, and the gate runs again before anything lands on it")
    func movedRemote() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let gate = try await fixture.heldGate()
            let merge = try await fixture.begin(["--repository", fixture.origin, "--verify", gate.command, "good-1"])
            try await fixture.untilHeld(gate)
            try await fixture.commitToMain(["outside.txt": "outside\n"])
            let outside = try await fixture.revision("main")
            try await fixture.letGo(gate)
            let ended = try await merge.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt", "outside.txt"])
            #expect(try await fixture.revision("main^1") == outside, "it did not land on top of what was pushed")
            #expect(try fixture.gated(by: gate).contains(["check.sh", "good.txt", "one.txt", "outside.txt"]), "it was not verified again")
            let receipt = try await fixture.git(["notes", "--ref=cco", "show", "main"])
            let tree = try await fixture.revision("main^{tree}")
            #expect(receipt.contains("\"exitCode\":0") && receipt.contains(tree))
            try await fixture.expectNothingLeft()
        }
    }

    @Test("what somebody withdraws from the target while the gate runs stays withdrawn: the branch is verified and lands without it")
    func withdrawn() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.commitToMain(["secret.txt": "secret\n"])
            let secret = try await fixture.revision("main")
            let gate = try await fixture.heldGate()
            let merge = try await fixture.begin(["--repository", fixture.origin, "--verify", gate.command, "good-1"])
            try await fixture.untilHeld(gate)
            try await fixture.git(["update-ref", "refs/heads/main", "start"])
            try await fixture.letGo(gate)
            let ended = try await merge.ended()
            #expect(ended.exit == .exited(0), "\(ended.output)")
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt"])
            #expect(try await fixture.revision("main^1") == fixture.revision("start"), "it did not land on what origin has")
            #expect(try fixture.gated(by: gate).contains(["check.sh", "good.txt", "one.txt"]), "it was not verified again")
            #expect(try await !fixture.git(["log", "--all", "--format=%H"]).contains(secret), "what was withdrawn is back")
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a target that somebody deletes while the gate runs is not made anew: the work is on a branch of its own, and the words say why")
    func deletedTarget() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let gate = try await fixture.heldGate()
            let merge = try await fixture.begin(["--repository", fixture.origin, "--verify", gate.command, "good-1"])
            try await fixture.untilHeld(gate)
            try await fixture.git(["update-ref", "-d", "refs/heads/main"])
            try await fixture.letGo(gate)
            let ended = try await merge.ended()
            #expect(ended.exit == .exited(14) && ended.output.contains("origin has no main any more"), "\(ended.output)")
            let branches = try await fixture.git(["branch", "--list", "--format=%(refname:short)"]).split(separator: "\n").map(String.init)
            #expect(!branches.contains("main"))
            let kept = try #require(branches.first { $0.hasPrefix("cco/") })
            #expect(try await fixture.git(["ls-tree", "--name-only", kept]).contains("one.txt"))
        }
    }

    @Test("a branch that the gate passes without what was pushed meanwhile, and not with it, is sent back")
    func brokenByOutside() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let gate = try await fixture.heldGate()
            let merge = try await fixture.begin(["--repository", fixture.origin, "--verify", gate.command, "good-1"])
            try await fixture.untilHeld(gate)
            try await fixture.commitToMain(["check.sh": "test ! -e one.txt\n"])
            let outside = try await fixture.revision("main")
            try await fixture.letGo(gate)
            let ended = try await merge.ended()
            #expect(ended.exit == .exited(18), "\(ended.output)")
            #expect(try await fixture.revision("main") == outside)
            try await fixture.expectNothingLeft()
        }
    }

    @Test("where origin refuses the target the work goes to a branch of its own, and the exit code and cco queue say so; later it lands")
    func refusedPush() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try fixture.protect("main")
            let before = try await fixture.revision("main")
            let refused = try await fixture.merge(["good-1"])
            #expect(refused.exit == .exited(14), "\(refused.outputText)\(refused.errorText)")
            #expect(try await fixture.revision("main") == before)
            let branches = try await fixture.git(["branch", "--list", "cco/*", "--format=%(refname:short)"]).split(separator: "\n")
            let kept = try #require(branches.first)
            #expect(branches.count == 1 && refused.outputText.contains("the work is on \(kept)"), "\(refused.outputText)")
            #expect(try await fixture.git(["ls-tree", "--name-only", String(kept)]).contains("one.txt"))
            #expect(refused.outputText.contains("good-1 is on \(kept) as") && !refused.outputText.contains("is on main"))
            let report = try fixture.report()
            #expect(report.contains("PUSH REFUSED") && report.contains("- push: fallback, branch `\(kept)`"), "\(report)")
            let (text, _) = try await fixture.queue()
            #expect(text.contains("1 of 1 landed on \(kept)") && text.contains("origin refused main"), "\(text)")

            try fixture.protect(nil)
            let landed = try await fixture.merge(["good-1"])
            #expect(landed.exit == .exited(0), "\(landed.outputText)\(landed.errorText)")
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt"])
            try await fixture.expectNothingLeft()
        }
    }

    @Test("without a gate everything that merges lands, and that nothing verified it is said wherever it stands")
    func ungated() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            try await fixture.branch("bad", ["broken": "yes\n"])
            let words = ["merge", "--repository", fixture.origin, "--target", "main", "good-1", "bad"]
            let without = try await fixture.call(words)
            #expect(without.exit == .exited(64) && without.errorText.contains("--ungated"), "\(without.errorText)")
            let blank = try await fixture.call(words + ["--verify", ""])
            #expect(blank.exit == .exited(64) && blank.errorText.contains("--verify is empty"), "\(blank.errorText)")
            let result = try await fixture.call(words + ["--ungated"])
            #expect(result.exit == .exited(0) && result.outputText.contains("UNGATED"), "\(result.outputText)\(result.errorText)")
            #expect(try await fixture.queue().text.contains("UNGATED"))
            #expect(try await fixture.files() == ["broken", "check.sh", "good.txt", "one.txt"])
            for commit in ["main", "main~1"] {
                let receipt = try await fixture.git(["notes", "--ref=cco", "show", commit])
                #expect(receipt.contains("\"kind\":\"branch\"") && !receipt.contains("exitCode"), "\(receipt)")
            }
            try await fixture.expectNothingLeft()
        }
    }

    @Test("Ctrl-C stops a merge and its gate, which cco queue then says, and the same command goes on")
    func interrupted() async throws {
        try await BranchFixture.with { fixture in
            for number in 1...2 { try await fixture.branch("good-\(number)", [number == 1 ? "one.txt" : "two.txt": "\(number)\n"]) }
            let gate = try await fixture.heldGate()
            let words = ["--repository", fixture.origin, "--verify", gate.command, "good-1", "good-2"]
            let before = try await fixture.revision("main")
            let merge = try await fixture.begin(words)
            try await fixture.untilHeld(gate)
            try merge.signal(SIGINT)
            let stopped = try await merge.ended()
            #expect(stopped.exit == .exited(13) && stopped.output.contains("It was stopped (SIGINT (Ctrl-C))"), "\(stopped.output)")
            try fixture.expectNoProcess()
            #expect(try await fixture.revision("main") == before)
            let (text, run) = try await fixture.queue()
            #expect(text.contains("paused (SIGINT (Ctrl-C)); the same command goes on with what has not landed"), "\(text)")
            #expect(run.state == "paused" && run.reason == "SIGINT (Ctrl-C)")
            #expect(run.queues.first?.candidates.map(\.why).contains("its gate runs when the run goes on") == true)

            let again = try await fixture.call(["merge", "--target", "main"] + words)
            #expect(again.exit == .exited(0), "\(again.outputText)\(again.errorText)")
            #expect(try await fixture.files() == ["check.sh", "good.txt", "one.txt", "two.txt"])
            #expect(try await fixture.queue().run.state == "ended")
            try await fixture.expectNothingLeft()
        }
    }

    @Test("Ctrl-C ends a merge whose repository does not answer, at once and without a process left")
    func interruptedEarly() async throws {
        try await BranchFixture.with { fixture in
            let host = try await fixture.holdHosts()
            let merge = try await fixture.begin(["--repository", "ssh://nowhere.invalid/shop.git", "--ungated", "good-1"])
            try await fixture.untilHeld(host)
            try merge.signal(SIGINT)
            let stopped = try await merge.ended()
            #expect(
                stopped.exit == .exited(13) && stopped.output.contains("stopped by SIGINT (Ctrl-C) before anything was merged"),
                "\(stopped.output)")
            try await fixture.expectNothingLeft()
        }
    }

    @Test("a merge is paused from another terminal as a run is")
    func paused() async throws {
        try await BranchFixture.with { fixture in
            try await fixture.branch("good-1", ["one.txt": "1\n"])
            let gate = try await fixture.heldGate()
            let place = ["--workspace", "work"]
            let merge = try await fixture.begin(place + ["--repository", fixture.origin, "--verify", gate.command, "good-1"])
            try await fixture.untilHeld(gate)
            let queue = try await fixture.call(["queue"] + place)
            #expect(queue.exit == .exited(0) && queue.outputText.contains("its gate runs"), "\(queue.outputText)\(queue.errorText)")
            let pause = try await fixture.call(["pause"] + place)
            #expect(
                pause.exit == .exited(0) && pause.outputText.contains("Go on with the same cco merge"),
                "\(pause.outputText)\(pause.errorText)")
            #expect(try await merge.ended().exit == .exited(13))
            #expect(try await fixture.call(["queue"] + place).outputText.contains("paused (cco pause"))
        }
    }
}

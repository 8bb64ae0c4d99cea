import Engine
import FoundationEssentials
import Git
import Merging
import Orchestration
import Testing

@testable import Commands

@Suite("Verifying receipts") struct VerifyTests {
    /// A commit of cco on main, with the receipt that `note` makes of its tree.
    private func publish(_ fixture: RunFixture, _ hub: HubRepository, note: (String) -> String?) async throws {
        let head = try #require(try await hub.resolve("refs/heads/main"))
        let tree = try await hub.replacingFiles(in: head, ["f-\(UInt32.random(in: 0 ... .max)).txt": Array("x".utf8)])
        let commit = try await hub.commitTree(tree, parents: [head], message: "Work", author: RunResources.identity, date: 2)
        try await hub.setRef("refs/heads/main", to: commit)
        if let text = note(tree.hex) { try await hub.addNote(commit, text) }
    }

    private func receipt(_ tree: String, gate: String? = "true") -> String {
        let verdict = gate.map { #","gate":"\#($0)","exitCode":0"# } ?? ""
        return #"{"run":"r","tree":"\#(tree)","kind":"task","task":"task-1"\#(verdict)}"# + "\n"
    }

    private func fixture() async throws -> (RunFixture, HubRepository) {
        let fixture = try await RunFixture()
        let hub = try await fixture.hub()
        _ = try await hub.fetchOrigin(branch: "main")
        try await hub.setRef("refs/heads/main", to: fixture.start)
        return (fixture, hub)
    }

    private func audit(
        _ fixture: RunFixture, branch: String? = nil, rerun: Bool = false, executable: String? = nil
    ) async throws -> BranchAudit {
        var surroundings = fixture.surroundings
        if let executable { surroundings.executable = executable }
        let inspection = try await BranchInspection.prepare(place: fixture.where_, branch: branch, surroundings: surroundings)
        let audit = try await inspection.audit(rerunning: rerun)
        await inspection.folder.remove()
        #expect(!FolderRemoval.exists(inspection.folder.path))
        return audit
    }

    @Test("true receipts verify; a missing, a false or no gate each has its exit code")
    func verdicts() async throws {
        let (fixture, hub) = try await fixture()
        try await publish(fixture, hub) { receipt($0) }
        var found = try await audit(fixture)
        #expect(found.status == .ok)
        #expect(found.findings.map(\.verdict.word).prefix(1) == ["verified"])
        try await publish(fixture, hub) { receipt($0, gate: nil) }
        #expect(try await audit(fixture).status == .ungated)
        try await publish(fixture, hub) { _ in nil }
        found = try await audit(fixture)
        #expect(found.status == .receiptFalse)
        #expect(found.findings.map(\.verdict.word).prefix(3) == ["missing", "ungated", "verified"])
        #expect(found.document.exitCode == 16)
        #expect(found.lines(Style(isOn: false)).last?.contains("1 of 3") == true)
    }

    @Test("a receipt that speaks of another tree is false")
    func wrongTree() async throws {
        let (fixture, hub) = try await fixture()
        try await publish(fixture, hub) { _ in receipt(String(repeating: "0", count: 40)) }
        #expect(try await audit(fixture).status == .receiptFalse)
    }

    @Test("the gate is run again on the head, with the environment files, and its verdict counts")
    func rerun() async throws {
        let (fixture, hub) = try await fixture()
        try await publish(fixture, hub) { receipt($0) }
        // The shim that was built together with the tests lies beside them.
        let program = Surroundings.current.executable
        try fixture.place.write("config/.env", "API_TOKEN=very-secret-value-123\n")
        // The run is cleaned up, so that the configuration's gate counts.
        let head = try #require(try await hub.resolve("refs/heads/main"))
        _ = try await hub.push(head, toBranch: "main", alsoNotes: true)
        try await WorkspaceCleanup(surroundings: fixture.surroundings, place: fixture.where_, abandons: false).run()
        func configure(_ gate: String) throws {
            try fixture.place.write(
                "config/orchestrator.json", #"{"repositoryUrl": "../origin.git", "workerCount": 1, "verifyCommand": "\#(gate)"}"#)
        }
        try configure("test -f a.txt && test -f .env")
        let green = try await audit(fixture, rerun: true, executable: program)
        #expect(green.rerun?.isGreen == true && green.status == .ok)
        try configure("cat .env; exit 4")
        let red = try await audit(fixture, rerun: true, executable: program)
        #expect(red.status == .receiptFalse)
        #expect(red.rerun?.ending == "exit code 4")
        #expect(red.rerun?.tail?.contains("API_TOKEN=") == true)
        #expect(red.rerun?.tail?.contains("very-secret") == false)
    }

    @Test("after a cleanup the receipts at origin are looked at")
    func atOrigin() async throws {
        let (fixture, hub) = try await fixture()
        try await publish(fixture, hub) { receipt($0) }
        let head = try #require(try await hub.resolve("refs/heads/main"))
        #expect(try await hub.push(head, toBranch: "main", alsoNotes: true).branch == .pushed)
        try await WorkspaceCleanup(surroundings: fixture.surroundings, place: fixture.where_, abandons: false).run()
        let found = try await audit(fixture)
        #expect(found.run == nil)
        #expect(found.findings.map(\.verdict.word) == ["verified", "external"])
        #expect(found.status == .ok)
    }

    /// Has the configuration give every run a branch of its own.
    private func useRunBranches(_ fixture: RunFixture) throws {
        try fixture.place.write(
            "config/orchestrator.json", #"{"repositoryUrl": "../origin.git", "workerCount": 1, "useRunBranch": true}"#)
    }

    @Test("after a cleanup the newest branch of a run is looked at where runs have their own, which is said; another one where it is named")
    func runBranch() async throws {
        let (fixture, hub) = try await fixture()
        try useRunBranches(fixture)
        let names = ["run/2026-01-01-09-59", "run/2026-01-01-09-59-2"]
        for name in names {
            try await publish(fixture, hub) { receipt($0) }
            let head = try #require(try await hub.resolve("refs/heads/main"))
            #expect(try await hub.push(head, toBranch: name, alsoNotes: true).branch == .pushed)
        }
        try await WorkspaceCleanup(surroundings: fixture.surroundings, place: fixture.where_, abandons: false).run()
        let newest = try await audit(fixture)
        #expect(newest.branch == names[1] && newest.run == nil && newest.status == .ok)
        #expect(newest.findings.map(\.verdict.word) == ["verified", "verified", "external"])
        let head = newest.lines(Style(isOn: false)).first ?? ""
        #expect(head.hasPrefix("\(names[1]) at ") && head.contains("the newest of the runs' branches"), "\(head)")
        let earlier = try await audit(fixture, branch: names[0])
        #expect(earlier.branch == names[0] && earlier.findings.map(\.verdict.word) == ["verified", "external"])
        let base = try await audit(fixture, branch: "main")
        #expect(base.findings.map(\.verdict.word) == ["external"])
        #expect(base.lines(Style(isOn: false)).last == "cco has published nothing on main yet.")
    }

    @Test("where runs have branches of their own and origin has none of them, that is what it says")
    func noRunBranch() async throws {
        let (fixture, _) = try await fixture()
        try useRunBranches(fixture)
        try await WorkspaceCleanup(surroundings: fixture.surroundings, place: fixture.where_, abandons: false).run()
        await #expect {
            _ = try await audit(fixture)
        } throws: {
            Failure($0).status == .unavailable && Failure($0).message.contains("no branch of a run")
        }
    }

    @Test("beside a run another branch is looked at as origin has it")
    func besideRun() async throws {
        let (fixture, hub) = try await fixture()
        try await publish(fixture, hub) { receipt($0) }
        let head = try #require(try await hub.resolve("refs/heads/main"))
        #expect(try await hub.push(head, toBranch: "other", alsoNotes: true).branch == .pushed)
        #expect(try await audit(fixture, branch: "main").run == fixture.folder.id.name)
        let other = try await audit(fixture, branch: "other")
        #expect(other.run == nil && other.findings.map(\.verdict.word) == ["verified", "external"])
    }
}

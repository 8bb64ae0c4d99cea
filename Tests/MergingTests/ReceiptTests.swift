import Git
import Orchestration
import Testing

@testable import Merging

@Suite("Receipts", .timeLimit(.minutes(2)))
struct ReceiptTests {
    private func run(gate: String? = "make check") -> Run {
        let settings = RunSettings(
            repository: "shop", branch: "main", targetBranch: "main", workerCount: 2, engineerManagerGroupSize: 1, maxRunMinutes: 60,
            maxBudgetUsd: nil, taskTimeoutMinutes: 30, review: .em, promotion: .director, push: true, maxTaskAttempts: 2,
            verifyCommand: gate, verifyTimeoutMinutes: 10, gateSlots: 1, credentials: [])
        var run = Run(id: ID("run-1"), settings: settings, seed: 1, at: Timestamp(milliseconds: 1))
        var task = TeamTask(
            id: ID("task-3"), team: ID("team-2"), title: "Sell", description: "", acceptance: "", paths: [], dependsOn: [],
            createdAt: Timestamp(milliseconds: 1))
        task.worker = ID("worker-2")
        task.session = Session(id: "a-session")
        task.costUsd = 1.5
        run.tasks[task.id] = task
        return run
    }

    private func receipt(_ kind: Candidate.Kind, in run: Run, tree: ObjectID, target: MergeTarget = .base) -> Receipt {
        let candidate = Candidate(id: ID("candidate-1"), target: target, kind: kind, head: tree, readyAt: Timestamp(milliseconds: 1))
        return Receipt(run: run, candidate: candidate, tree: tree)
    }

    private func object(_ digit: Character) throws -> ObjectID { try #require(ObjectID(String(repeating: digit, count: 40))) }

    @Test("a task's receipt names who made it and what proved it, and reads back from its one line of text")
    func task() throws {
        var run = run()
        let tree = try object("a")
        run.verifiedTrees[tree.hex] = 1234
        let receipt = receipt(.task(ID("task-3")), in: run, tree: tree, target: .team(ID("team-2")))
        #expect(receipt.run == "run-1" && receipt.tree == tree.hex && receipt.kind == "task")
        #expect(receipt.task == "task-3" && receipt.team == "team-2" && receipt.agent == "worker-2" && receipt.session == "a-session")
        #expect(receipt.gate == "make check" && receipt.exitCode == 0 && receipt.gateMilliseconds == 1234 && receipt.costUsd == 1.5)
        let text = try receipt.text()
        #expect(text.hasSuffix("}\n") && text.filter(\.isNewline).count == 1)
        #expect(try Receipt(text: text) == receipt)
        #expect(try Receipt(text: text).text() == text)
    }

    @Test("other candidates' receipts say what they are, and an ungated run's claims no gate")
    func kinds() throws {
        let tree = try object("b")
        let delivery = receipt(.delivery(ID("team-1")), in: run(), tree: tree)
        #expect(delivery.kind == "delivery" && delivery.team == "team-1" && delivery.agent == "em-1" && delivery.task == nil)
        #expect(receipt(.sync(ID("team-1")), in: run(), tree: tree).kind == "sync")
        let upkeep = receipt(.upkeep, in: run(gate: nil), tree: tree)
        #expect(upkeep.kind == "upkeep" && upkeep.gate == nil && upkeep.exitCode == nil && upkeep.gateMilliseconds == nil)
    }

    @Test("the audit tells verified, ungated, wrong, missing and foreign commits apart, newest first")
    func audit() async throws {
        try await HubFixture.with { test in
            func publish(_ name: String, by author: GitIdentity = HubFixture.ours, on parent: ObjectID, note: (ObjectID) throws -> String?)
                async throws -> ObjectID
            {
                let commit = try await test.commit(["\(name).txt": name], on: parent, name, by: author)
                if let text = try note(try await test.hub.tree(of: commit)) { try await test.hub.addNote(commit, text) }
                return commit
            }
            let gated = run()
            var head = test.start
            head = try await publish("verified", on: head) { try receipt(.upkeep, in: gated, tree: $0).text() }
            head = try await publish("ungated", on: head) { try receipt(.upkeep, in: run(gate: nil), tree: $0).text() }
            let other = try object("c")
            head = try await publish("another tree", on: head) { _ in try receipt(.upkeep, in: gated, tree: other).text() }
            head = try await publish("a red gate", on: head) { tree in
                var red = receipt(.upkeep, in: gated, tree: tree)
                red.exitCode = 1
                return try red.text()
            }
            head = try await publish("no exit code", on: head) { tree in
                var silent = receipt(.upkeep, in: gated, tree: tree)
                silent.exitCode = nil
                return try silent.text()
            }
            head = try await publish("no receipt", on: head) { _ in "looks good to me\n" }
            head = try await publish("missing", on: head) { _ in nil }
            head = try await publish("external", by: HubFixture.agent, on: head) { _ in nil }

            let findings = try await ReceiptAudit(hub: test.hub).audit(
                from: test.start, to: head, committerEmail: HubFixture.ours.email)
            let words = findings.map { finding in
                let word =
                    switch finding.verdict {
                    case .verified: "verified"
                    case .ungated: "ungated"
                    case .external: "external"
                    case .missing: "missing"
                    case .wrong(let why): "wrong: \(why)"
                    }
                return "\(finding.subject) -> \(word)"
            }
            try #require(words.count == 8)
            #expect(words[0] == "external -> external")
            #expect(words[1] == "missing -> missing")
            #expect(words[2] == "no receipt -> wrong: the note is not a receipt")
            #expect(words[3] == "no exit code -> wrong: the receipt says exit code none")
            #expect(words[4] == "a red gate -> wrong: the receipt says exit code 1")
            #expect(words[5].hasPrefix("another tree -> wrong: the receipt speaks of tree cccccccccc"))
            #expect(words[6] == "ungated -> ungated")
            #expect(words[7] == "verified -> verified")
            #expect(findings[0].commit == head)
        }
    }
}

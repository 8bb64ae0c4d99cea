import Foundation
import Journal
import Orchestration
import Testing

@testable import Engine

/// A journal with a run that has just begun, and what its engines are given.
final class EngineFixture: Sendable {
    /// What the observer was told.
    struct Observed: Sendable {
        var events: [Event] = []
        /// For each step, whether the journal folded to the state that was announced.
        var replaysAgreed: [Bool] = []
        var failures: [String] = []
    }

    final class Observer: EngineObserver {
        let seen = Watched(Observed())
        private let journal: Journal

        init(_ journal: Journal) { self.journal = journal }

        func committed(_ events: [Event], before: Run, after: Run, at time: Timestamp) {
            let agrees = (try? EventRecord.replay(journal)) == after
            seen.change {
                $0.events += events
                $0.replaysAgreed.append(agrees)
            }
        }

        func journalFailed(_ reason: String) { seen.change { $0.failures.append(reason) } }
    }

    let folder: TemporaryFolder
    let journal: Journal
    let carrier: ScriptedCarrier
    let observer: Observer
    let clock = ManualClock()
    let engine: Engine

    static let settings = RunSettings(
        repository: "shop", branch: "main", targetBranch: "main", workerCount: 2, engineerManagerGroupSize: 4, maxRunMinutes: 60,
        maxBudgetUsd: nil, taskTimeoutMinutes: 30, review: .em, promotion: .director, push: true, maxTaskAttempts: 2,
        verifyCommand: "make check", verifyTimeoutMinutes: 10, gateSlots: 1, credentials: [CredentialSlot(id: ID("key-1"), tier: 0)])

    /// The shim that was built together with the tests.
    static func shim() throws -> String {
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: executable).deletingLastPathComponent().path + "/cco-shim"
    }

    static let prepare: EffectID = ID("effect-1")

    /// A new run.
    ///
    /// - Parameter more: events that an earlier engine has journaled before it died.
    convenience init(
        after more: [Event] = [], answer: @escaping @Sendable (Effect) -> EffectResult? = { _ in nil },
        cancelled: @escaping @Sendable (Effect) -> EffectResult? = { _ in nil }
    ) throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(
            folder: folder.path, identity: JournalIdentity(run: "run-1", created: ManualClock.begin, version: "1.0.0"))
        let begun = Decider.begin(id: ID("run-1"), settings: Self.settings, seed: 7, at: ManualClock.begin).events
        _ = try journal.append((begun + more).map { try EventRecord.encode($0, at: ManualClock.begin) })
        try self.init(folder: folder, journal: journal, answer: answer, cancelled: cancelled)
    }

    /// The next engine of the run of `earlier`, whose process has died.
    convenience init(after earlier: EngineFixture, answer: @escaping @Sendable (Effect) -> EffectResult? = { _ in nil }) throws {
        try earlier.journal.close()
        try self.init(folder: earlier.folder, journal: Journal(existingIn: earlier.folder.path), answer: answer) { _ in nil }
    }

    private init(
        folder: TemporaryFolder, journal: Journal, answer: @escaping @Sendable (Effect) -> EffectResult?,
        cancelled: @escaping @Sendable (Effect) -> EffectResult?
    ) throws {
        self.folder = folder
        self.journal = journal
        carrier = ScriptedCarrier(journal, answer: answer, cancelled: cancelled)
        observer = Observer(journal)
        let run = try #require(try EventRecord.replay(journal))
        engine = Engine(run: run, journal: journal, carrier: carrier, clock: clock, observer: observer)
    }

    deinit { carrier.letAllGo() }

    func start() async { await engine.start(settings: Self.settings) }

    /// Suspends until the carrier has been called that often in all.
    func untilCalled(_ count: Int) async { await carrier.seen.until { $0.calls.count >= count } }

    /// The calls by effect.
    var calls: [ScriptedCarrier.Call] { carrier.seen.value.calls }

    func call(where condition: (Effect) -> Bool) throws -> EffectID { try #require(calls.first { condition($0.effect) }).id }

    static func object(_ digit: Character) -> ObjectID {
        guard let id = ObjectID(String(repeating: digit, count: 40)) else { preconditionFailure("not a hexadecimal digit: \(digit)") }
        return id
    }

    static let base = BaseFacts(head: object("b"), tree: object("c"), direction: object("d"))

    /// Prepares the base at once and holds everything else.
    static let baseOnly: @Sendable (Effect) -> EffectResult? = { $0 == .prepareBase ? .base(base) : nil }
}

import Journal
import Observability
import Orchestration
import Synchronization

extension RunHost {
    /// What the journal has after an event. The connection is held for one page, so that a reader never holds an append up for long.
    ///
    /// Once the engine is done its journal is closed, while who looks is still answered: it is opened for each of them then, as the workspace stays
    /// in this process's hands.
    ///
    /// - Throws: `JournalError`.
    package func journalPage(after sequence: Int64, limit: Int) throws -> JournalPage {
        try Self.journalPage(journal, in: folder, after: sequence, limit: limit, redactor)
    }

    static func journalPage(_ journal: Journal, in folder: RunFolder, after sequence: Int64, limit: Int, _ redactor: Redactor) throws
        -> JournalPage
    {
        do {
            return try JournalPage(journal, after: sequence, limit: limit, redactor)
        } catch let error as JournalError where error.kind == .closed {
            return try afterwards.withLock { _ in try journalPage(of: folder, after: sequence, limit: limit, redactor) }
        }
    }

    /// A journal can be open once only.
    private static let afterwards = Mutex(())

    /// Returns when the journal has something after `sequence` or gets nothing more, or when its task is cancelled.
    package func journalGrowth(beyond sequence: Int64) async {
        guard journal.lastSequence <= sequence else { return }
        for await last in journal.subscribe() where last > sequence { return }
    }

    /// The same of a run that no engine has in hand. Only with the workspace's lock in hand.
    package static func journalPage(of folder: RunFolder, after sequence: Int64, limit: Int, _ redactor: Redactor) throws -> JournalPage {
        let journal = try Journal(existingIn: folder.path)
        let page = try JournalPage(journal, after: sequence, limit: limit, redactor)
        try journal.close()
        return page
    }
}

extension JournalPage {
    init(_ journal: Journal, after sequence: Int64, limit: Int, _ redactor: Redactor) throws {
        let events = try journal.piece(after: sequence, rows: min(limit, JournalPage.largest))
        self.init(
            run: journal.identity.run, last: journal.lastSequence,
            entries: events.map { event in
                Entry(
                    sequence: event.sequence, time: event.record.time.milliseconds, kind: event.record.kind,
                    event: String(decoding: redactor.redacted(event.record.body), as: UTF8.self))
            })
    }
}

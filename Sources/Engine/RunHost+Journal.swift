import Journal
import Observability
import Orchestration

extension RunHost {
    /// What the journal has after an event. The connection is held for one page, so that a reader never holds an append up for long.
    ///
    /// - Throws: `JournalError`; `.closed` once the run's engine is done.
    package func journalPage(after sequence: Int64, limit: Int) throws -> JournalPage {
        try JournalPage(journal, after: sequence, limit: limit, redactor)
    }

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

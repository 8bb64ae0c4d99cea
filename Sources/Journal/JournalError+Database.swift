import GRDB

extension JournalError {
    /// Sorts an error from the database layer into ours. Takes over SQLite's message, never statements or their arguments.
    init(_ error: any Error, path: String) {
        if let error = error as? JournalError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self.init(.io, path: path, detail: "\(error)")
            return
        }
        let code = error.extendedResultCode.rawValue
        let detail = "SQLite \(code): \(error.message ?? "no message")"
        switch error.resultCode {
        case .SQLITE_FULL: self.init(.diskFull, path: path, detail: detail)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT, .SQLITE_FORMAT:
            self.init(.corrupt, path: path, detail: detail)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.locked, path: path, detail: detail)
        case .SQLITE_MISUSE: self.init(.closed, path: path, detail: detail)
        default: self.init(.io, path: path, detail: detail)
        }
    }
}

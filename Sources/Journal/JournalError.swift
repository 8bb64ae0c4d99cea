/// Why a journal could not be opened, read or written.
package struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble it is: what a caller may react to.
    package enum Kind: Hashable, Sendable {
        /// There is no journal in the folder.
        case missing
        /// No space is left. Nothing of the failed append is in the file; it may be tried again.
        case diskFull
        /// The content contradicts itself, or is no database at all.
        case corrupt
        /// It is a sound database, but not the journal of this run.
        case foreign
        /// A newer cco wrote the file.
        case newerFormat(found: Int, supported: Int)
        /// Another process, or another object of this one, has the journal open.
        case locked
        /// The operating system refused or failed an operation. The journal takes no more appends until it is opened again.
        case io
        /// The journal was closed before the call.
        case closed
        /// The call itself makes no sense; a defect in the caller.
        case misuse
    }

    /// The kind of trouble.
    package let kind: Kind
    /// The journal's file.
    package let path: String
    /// What exactly was found or refused. Never contains the content of events.
    package let detail: String

    package init(_ kind: Kind, path: String, detail: String) {
        self.kind = kind
        self.path = path
        self.detail = detail
    }

    /// What is wrong, where, and what to do about it.
    package var description: String {
        switch kind {
        case .missing:
            "There is no journal at \(path) (\(detail)). Check the run's folder, or start a new run."
        case .diskFull:
            "The disk that holds the journal \(path) is full (\(detail)). Free some space, then run `cco resume`; no recorded event is lost."
        case .corrupt:
            "The journal \(path) is damaged or not a journal (\(detail)). It was left as it is: keep a copy, "
                + "check the disk, and start a new run; the commits of the old one are in its hub repository."
        case .foreign:
            "\(path) does not belong to this run (\(detail)). It was left as it is: move it away or use another folder."
        case .newerFormat(let found, let supported):
            "The journal \(path) has format \(found), but this cco reads formats up to \(supported) (\(detail)). "
                + "Use that version of cco or a newer one; the file was not changed."
        case .locked:
            "The journal \(path) is in use by another process (\(detail)). Only one may open it: "
                + "use the running cco (`cco status`), or end it first."
        case .io:
            "The journal \(path) could not be read or written (\(detail)). Check the disk and the permissions, then run `cco resume`."
        case .closed:
            "The journal \(path) was already closed (\(detail))."
        case .misuse:
            "The journal \(path) refused a call that makes no sense (\(detail)). This is a defect in cco."
        }
    }
}

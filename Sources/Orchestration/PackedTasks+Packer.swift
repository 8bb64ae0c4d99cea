import FoundationEssentials

/// Writes ``PackedTasks``.
struct TaskPacker {
    var bytes: [UInt8] = []

    /// Small numbers, negative ones too, take few bytes.
    mutating func integer(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value << 1 ^ value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func double(_ value: Double) { withUnsafeBytes(of: value.bitPattern) { bytes.append(contentsOf: $0) } }

    mutating func string(_ text: String) {
        integer(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func list<Element>(_ elements: [Element], _ write: (inout TaskPacker, Element) -> Void) {
        integer(elements.count)
        for element in elements { write(&self, element) }
    }

    mutating func optional<Value>(_ value: Value?, _ write: (inout TaskPacker, Value) throws -> Void) rethrows {
        bytes.append(value == nil ? 0 : 1)
        if let value { try write(&self, value) }
    }

    /// What is rare.
    mutating func json(_ value: some Encodable) throws {
        let text = try JSONEncoder().encode(value)
        integer(text.count)
        bytes.append(contentsOf: text)
    }

    mutating func time(_ value: Timestamp) { integer(Int(value.milliseconds)) }

    mutating func task(_ task: TeamTask) throws {
        for text in [task.id.name, task.team.name, task.title, task.description, task.acceptance] { string(text) }
        list(task.paths) { $0.string($1) }
        list(task.dependsOn) { $0.string($1.name) }
        bytes.append(task.isRepair ? 1 : 0)
        try optional(task.firstBrief) { try $0.json($1) }
        state(task.state)
        optional(task.worker) { $0.string($1.name) }
        list(task.formerWorkers) { $0.string($1.name) }
        optional(task.session) { $0.session($1) }
        try optional(task.next) { try $0.json($1) }
        optional(task.base) { $0.string($1.hex) }
        optional(task.head) { $0.string($1.hex) }
        optional(task.tree) { $0.string($1.hex) }
        try optional(task.quick) { try $0.json($1) }
        optional(task.report) { packer, report in
            packer.string(report.status.rawValue)
            packer.string(report.summary)
            packer.optional(report.notes) { $0.string($1) }
        }
        list(task.history) { $0.string($1) }
        for number in [task.attempts, task.reworks, task.conflicts, task.redGates, task.undecidedReviews] { integer(number) }
        time(task.createdAt)
        optional(task.startedAt) { $0.time($1) }
        optional(task.settledAt) { $0.time($1) }
        for number in [task.usage.input, task.usage.cacheWrite, task.usage.cacheRead, task.usage.output] { integer(number) }
        double(task.costUsd)
        optional(task.changes) { packer, changes in
            packer.list(changes.paths) { $0.string($1) }
            packer.integer(changes.total)
        }
        try optional(task.held) { try $0.json($1) }
        optional(task.size) { $0.string($1.rawValue) }
        optional(task.returns) { $0.integer($1) }
        optional(task.priority) { $0.integer($1) }
        optional(task.addedBy) { $0.string($1) }
    }

    private mutating func state(_ state: TeamTask.State) {
        switch state {
        case .waiting: bytes.append(0)
        case .assigned: bytes.append(1)
        case .submitted: bytes.append(2)
        case .approved: bytes.append(3)
        case .landed(let commit):
            bytes.append(4)
            string(commit.hex)
        case .unneeded: bytes.append(5)
        case .dropped(let reason):
            bytes.append(6)
            string(reason)
        case .failed(let reason):
            bytes.append(7)
            string(reason)
        }
    }

    private mutating func session(_ session: Session) {
        string(session.id)
        bytes.append(session.exists ? 1 : 0)
        integer(session.turns)
        double(session.costUsd)
        optional(session.credential) { $0.string($1.name) }
        integer(session.contextTokens)
        bytes.append(session.isScarce == true ? 1 : 0)
    }
}

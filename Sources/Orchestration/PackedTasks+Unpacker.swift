import FoundationEssentials

/// Reads ``PackedTasks``.
struct TaskUnpacker {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw PackedTasks.Damaged() }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - position else { throw PackedTasks.Damaged() }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    }

    mutating func integer() throws -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 64 else { throw PackedTasks.Damaged() }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return Int(Int64(bitPattern: value >> 1)) ^ -Int(value & 1)
    }

    private mutating func double() throws -> Double { Double(bitPattern: try take(8).loadUnaligned(as: UInt64.self)) }

    mutating func string() throws -> String { String(decoding: try take(integer()), as: UTF8.self) }

    mutating func list<Element>(_ read: (inout TaskUnpacker) throws -> Element) throws -> [Element] {
        let count = try integer()
        // Each element takes a byte at least.
        guard count >= 0, count <= bytes.count - position else { throw PackedTasks.Damaged() }
        return try (0..<count).map { _ in try read(&self) }
    }

    private mutating func optional<Value>(_ read: (inout TaskUnpacker) throws -> Value) throws -> Value? {
        try byte() == 0 ? nil : try read(&self)
    }

    private mutating func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(try take(integer())))
    }

    private mutating func time() throws -> Timestamp { Timestamp(milliseconds: Int64(try integer())) }

    private mutating func object() throws -> ObjectID {
        guard let object = ObjectID(try take(integer())) else { throw PackedTasks.Damaged() }
        return object
    }

    mutating func task() throws -> TeamTask {
        let (id, team): (TaskID, TeamID) = (ID(try string()), ID(try string()))
        let (title, description, acceptance) = (try string(), try string(), try string())
        let paths = try list { try $0.string() }
        let dependencies: [TaskID] = try list { ID(try $0.string()) }
        let isRepair = try byte() == 1
        var task = TeamTask(
            id: id, team: team, title: title, description: description, acceptance: acceptance, paths: paths, dependsOn: dependencies,
            isRepair: isRepair, createdAt: Timestamp(milliseconds: 0))
        task.firstBrief = try optional { try $0.json(Brief.self) }
        task.state = try state()
        task.worker = try optional { ID(try $0.string()) }
        task.formerWorkers = try list { ID(try $0.string()) }
        task.session = try optional { try $0.session() }
        task.next = try optional { try $0.json(Pending.self) }
        task.base = try optional { try $0.object() }
        task.head = try optional { try $0.object() }
        task.tree = try optional { try $0.object() }
        task.quick = try optional { try $0.json(QuickCheck.self) }
        task.report = try optional { unpacker in
            guard let status = WorkerReport.Status(rawValue: try unpacker.string()) else { throw PackedTasks.Damaged() }
            return WorkerReport(status: status, summary: try unpacker.string(), notes: try unpacker.optional { try $0.string() })
        }
        task.history = try list { try $0.string() }
        task.attempts = try integer()
        task.reworks = try integer()
        task.conflicts = try integer()
        task.redGates = try integer()
        task.undecidedReviews = try integer()
        task.createdAt = try time()
        task.startedAt = try optional { try $0.time() }
        task.settledAt = try optional { try $0.time() }
        task.usage = TokenUsage(input: try integer(), cacheWrite: try integer(), cacheRead: try integer(), output: try integer())
        task.costUsd = try double()
        task.changes = try optional { ChangedFiles(paths: try $0.list { try $0.string() }, total: try $0.integer()) }
        task.held = try optional { try $0.json(Hold.self) }
        task.size = try optional { unpacker in
            guard let size = TaskSize(rawValue: try unpacker.string()) else { throw PackedTasks.Damaged() }
            return size
        }
        task.returns = try optional { try $0.integer() }
        task.priority = try optional { try $0.integer() }
        task.addedBy = try optional { try $0.string() }
        return task
    }

    private mutating func state() throws -> TeamTask.State {
        switch try byte() {
        case 0: .waiting
        case 1: .assigned
        case 2: .submitted
        case 3: .approved
        case 4: .landed(try object())
        case 5: .unneeded
        case 6: .dropped(try string())
        case 7: .failed(try string())
        default: throw PackedTasks.Damaged()
        }
    }

    private mutating func session() throws -> Session {
        var session = Session(id: try string())
        session.exists = try byte() == 1
        session.turns = try integer()
        session.costUsd = try double()
        session.credential = try optional { ID(try $0.string()) }
        session.contextTokens = try integer()
        session.isScarce = try byte() == 1 ? true : nil
        return session
    }
}

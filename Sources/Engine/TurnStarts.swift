import Git
import Orchestration
import Processes

/// Lets turns begin a few at a time, in the order in which they come, leads' turns first.
///
/// Getting a turn ready is work for processors, and so is the start of an agent's program, a second of one and more. When many begin at once,
/// the first of them is not to wait for the last. And turns that began one after the other also end like that: otherwise all of them wait for the
/// model at the same time, while the processors have nothing to do, and then for the processors.
struct TurnStarts: Sendable {
    /// Milliseconds after which a program that has said nothing makes room for the next all the same.
    static let longest: Int64 = 5_000

    private let places: AsyncLock
    private let clock: any EngineClock

    /// - Parameter places: how many may begin at the same time: some beyond the processors, because they also wait for the disk.
    init(clock: any EngineClock, places: Int = Machine.present.cores + 2) {
        self.clock = clock
        self.places = AsyncLock(places: places)
    }

    /// How many wait for a place.
    var waitingCount: Int {
        get async { await places.waitingCount }
    }

    /// Returns when the program has said something, has ended, or has had time enough for either.
    ///
    /// - Parameters:
    ///   - goesAhead: for what others wait for.
    ///   - begin: makes everything ready and starts the program; `nil` if it is not to begin any more.
    /// - Throws: what `begin` throws; `CancellationError`; `SystemError` when the process cannot be watched. It lives on then, and can be taken up.
    func take<Order: Sendable>(
        goesAhead: Bool = false, _ begin: () async throws -> (order: Order, process: SupervisedProcess)?
    ) async throws -> (order: Order, process: SupervisedProcess)? {
        try await places.withLock(goesAhead: goesAhead) { () async throws in
            guard let begun = try await begin() else { return nil }
            try await firstSign(of: begun.process)
            return begun
        }
    }

    private func firstSign(of process: SupervisedProcess) async throws {
        let deadline = clock.now().advanced(byMilliseconds: Self.longest)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await process.outputExceeds(0) }
            group.addTask { [clock] in try await clock.wait(until: deadline) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

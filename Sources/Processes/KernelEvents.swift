import CProcesses
import Glibc
import Synchronization

/// One thread that sleeps in the kernel until a watched descriptor is readable, a watched folder changes, or a deadline comes.
///
/// It serves every process and every tailed file of the program: inotify instances are scarce (128 a user by default), and a task
/// must not block a thread of the concurrency pool. Watchers are woken through a stream that holds one pending wake-up, so that a slow
/// watcher costs no memory and never misses that something happened.
final class KernelEvents: Sendable {
    typealias Wake = AsyncStream<Void>.Continuation

    /// Keeps a watch alive; the watch ends with the last reference to it.
    final class Watch: Sendable {
        fileprivate let token: UInt64
        fileprivate init(token: UInt64) { self.token = token }
        deinit { KernelEvents.shared.remove(token) }
    }

    private enum Subject {
        /// A duplicate of the watched descriptor, so that one descriptor can be watched twice.
        case descriptor(Int32)
        /// An inotify watch, shared by all watchers of one folder.
        case folder(Int32)
        case deadline
    }

    private struct Descriptors {
        var epoll: Int32
        var inotify: Int32
        var timer: Int32

        /// - Returns: whether the thread will be woken by it.
        func listen(to descriptor: Int32, as source: UInt64) -> Bool {
            var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: source))
            return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0
        }
    }

    /// What the kernel says instead of a watch's token.
    private enum Source {
        static let inotify: UInt64 = 0
        static let timer = UInt64.max
    }

    private struct State {
        var nextToken: UInt64 = 1
        var watches: [UInt64: (subject: Subject, wake: Wake)] = [:]
        var folders: [Int32: Set<UInt64>] = [:]
        /// Set once the thread runs; nil before the first watch.
        var descriptors: Descriptors?
        var deadlines = Deadlines()
    }

    static let shared = KernelEvents()
    private let state = Mutex(State())

    /// Suspends until the descriptor is readable (for a pidfd: until the process has ended).
    ///
    /// - Throws: `CancellationError`, or ``SystemError`` when the kernel refuses the watch.
    func untilReadable(_ descriptor: Int32) async throws {
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let watch = try self.watch(descriptor: descriptor, wake)
        defer { withExtendedLifetime(watch) {} }
        for await _ in stream { return }
        throw CancellationError()
    }

    /// Wakes once, when the descriptor is readable.
    func watch(descriptor: Int32, _ wake: Wake) throws(SystemError) -> Watch {
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { throw .current("watch descriptor \(descriptor)") }
        return try state.withLock { state throws(SystemError) in
            let epoll = try descriptors(&state).epoll
            let token = state.nextToken
            var event = epoll_event(
                events: EPOLLIN.rawValue | EPOLLONESHOT.rawValue, data: epoll_data(u64: token))
            guard epoll_ctl(epoll, EPOLL_CTL_ADD, duplicate, &event) == 0 else {
                let error = SystemError.current("watch descriptor \(descriptor)")
                close(duplicate)
                throw error
            }
            state.nextToken += 1
            state.watches[token] = (.descriptor(duplicate), wake)
            return Watch(token: token)
        }
    }

    /// Wakes whenever a file directly in the folder is written to, created or moved there.
    func watch(folder: String, _ wake: Wake) throws(SystemError) -> Watch {
        try state.withLock { state throws(SystemError) in
            let inotify = try descriptors(&state).inotify
            let mask = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO)
            let folderWatch = inotify_add_watch(inotify, folder, mask)
            guard folderWatch >= 0 else {
                // The kernel says "no space" of its watches, which has nothing to do with the disk.
                guard errno == ENOSPC else { throw .current("watch folder \(folder)") }
                throw SystemError(code: EMFILE, operation: "watch folder \(folder) (fs.inotify.max_user_watches is used up)")
            }
            let token = state.nextToken
            state.nextToken += 1
            state.watches[token] = (.folder(folderWatch), wake)
            state.folders[folderWatch, default: []].insert(token)
            return Watch(token: token)
        }
    }

    /// Wakes once, at the time.
    func watch(deadline: ContinuousClock.Instant, _ wake: Wake) throws(SystemError) -> Watch {
        try state.withLock { state throws(SystemError) in
            let timer = try descriptors(&state).timer
            let token = state.nextToken
            state.nextToken += 1
            state.watches[token] = (.deadline, wake)
            state.deadlines.add(token, deadline, timer: timer)
            return Watch(token: token)
        }
    }

    /// The times for which something waits.
    var deadlines: [ContinuousClock.Instant] { state.withLock { $0.deadlines.instants } }

    private func remove(_ token: UInt64) {
        state.withLock { state in
            guard let (subject, _) = state.watches.removeValue(forKey: token), let descriptors = state.descriptors else { return }
            switch subject {
            case .descriptor(let duplicate):
                _ = epoll_ctl(descriptors.epoll, EPOLL_CTL_DEL, duplicate, nil)
                close(duplicate)
            case .deadline:
                state.deadlines.remove(token)
            case .folder(let folderWatch):
                state.folders[folderWatch]?.remove(token)
                guard state.folders[folderWatch]?.isEmpty == true else { return }
                state.folders[folderWatch] = nil
                // Fails when the folder is gone already, which ended the watch too.
                _ = inotify_rm_watch(descriptors.inotify, folderWatch)
            }
        }
    }

    /// The kernel objects, made with the thread at the first watch.
    private func descriptors(_ state: inout State) throws(SystemError) -> Descriptors {
        if let descriptors = state.descriptors { return descriptors }
        let made = Descriptors(
            epoll: epoll_create1(Int32(EPOLL_CLOEXEC)), inotify: inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)), timer: cprocesses_timer())
        var thread = pthread_t()
        guard made.epoll >= 0, made.inotify >= 0, made.timer >= 0, made.listen(to: made.inotify, as: Source.inotify),
            made.listen(to: made.timer, as: Source.timer),
            pthread_create(&thread, nil, { _ in KernelEvents.shared.run() }, nil) == 0
        else {
            let error = SystemError.current("start the kernel event thread")
            for descriptor in [made.epoll, made.inotify, made.timer] where descriptor >= 0 { close(descriptor) }
            throw error
        }
        pthread_detach(thread)
        state.descriptors = made
        return made
    }
}

extension KernelEvents {
    /// The thread's life: it has no end, as the program needs it until it exits.
    private func run() -> UnsafeMutableRawPointer? {
        guard let descriptors = state.withLock({ $0.descriptors }) else { return nil }
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
        while true {
            let count = epoll_wait(descriptors.epoll, &events, Int32(events.count), -1)
            // Interrupted by a signal: nothing was lost. Other errors cannot happen to a valid epoll descriptor.
            guard count > 0 else { continue }
            for event in events.prefix(Int(count)) {
                switch event.data.u64 {
                case Source.inotify: wakeFolders(inotify: descriptors.inotify, buffer: buffer)
                case Source.timer: wakeDue(timer: descriptors.timer)
                default: state.withLock { $0.watches[event.data.u64]?.wake }?.yield()
                }
            }
        }
    }

    private func wakeDue(timer: Int32) {
        var rings: UInt64 = 0
        // Tells how often it has rung; one that was set again meanwhile has nothing to say.
        guard read(timer, &rings, MemoryLayout<UInt64>.size) > 0 else { return }
        let wakes: [Wake] = state.withLock { state in
            state.deadlines.ring(at: .now, timer: timer).compactMap { state.watches[$0]?.wake }
        }
        for wake in wakes { wake.yield() }
    }

    private func wakeFolders(inotify: Int32, buffer: UnsafeMutableRawBufferPointer) {
        let length = read(inotify, buffer.baseAddress, buffer.count)
        guard length > 0 else { return }
        var folders: Set<Int32> = []
        var overflow = false
        var offset = 0
        while offset + MemoryLayout<inotify_event>.size <= length {
            let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            folders.insert(event.wd)
            overflow = overflow || event.mask & UInt32(IN_Q_OVERFLOW) != 0
            offset += MemoryLayout<inotify_event>.size + Int(event.len)
        }
        let wakes: [Wake] = state.withLock { state in
            // After an overflow nobody knows whose events were dropped: everybody looks again.
            let tokens = overflow ? state.folders.values.flatMap { $0 } : folders.flatMap { state.folders[$0] ?? [] }
            return tokens.compactMap { state.watches[$0]?.wake }
        }
        for wake in wakes { wake.yield() }
    }
}

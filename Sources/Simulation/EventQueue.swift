/// What is going to happen, in the order of time; at one time, in the order in which it was planned.
struct EventQueue<Happening> {
    private struct Entry {
        let time: Int64
        let number: Int
        let happening: Happening
    }

    private var heap: [Entry] = []
    private var next = 0

    var isEmpty: Bool { heap.isEmpty }

    mutating func add(_ happening: Happening, at time: Int64) {
        heap.append(Entry(time: time, number: next, happening: happening))
        next += 1
        var child = heap.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> (time: Int64, happening: Happening)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.happening)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, least) { least = child }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (heap[left].time, heap[left].number) < (heap[right].time, heap[right].number)
    }
}

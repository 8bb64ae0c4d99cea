/// Tasks as bytes, for snapshots: of a run with many tasks they are by far the most, and as JSON they would take longer to read than the whole
/// journal. Only for the very program that wrote them.
package enum PackedTasks {
    package struct Damaged: Error {}

    /// - Throws: `EncodingError`.
    package static func pack(_ tasks: TaskRegister) throws -> [UInt8] {
        var packer = TaskPacker()
        packer.bytes.reserveCapacity(tasks.count * 700)
        packer.integer(tasks.count)
        for task in tasks.values { try packer.task(task) }
        return packer.bytes
    }

    /// - Throws: ``Damaged``, or `DecodingError`.
    package static func unpack(_ bytes: ArraySlice<UInt8>) throws -> TaskRegister {
        try bytes.withUnsafeBytes { buffer in
            var unpacker = TaskUnpacker(buffer)
            let count = try unpacker.integer()
            var tasks = TaskRegister()
            for _ in 0..<max(0, count) {
                let task = try unpacker.task()
                tasks[task.id] = task
            }
            guard unpacker.isAtEnd else { throw Damaged() }
            return tasks
        }
    }
}

import CProcesses

/// This program's own memory.
package enum ProcessMemory {
    /// Gives memory that is free, and that the allocator keeps for later, back to the kernel. A millisecond or so.
    package static func giveBack() { cprocesses_trim_memory() }
}

import CProcesses
import Glibc

/// This program's own memory.
package enum ProcessMemory {
    /// Gives memory that is free, and that the allocator keeps for later, back to the kernel. A millisecond or so.
    package static func giveBack() { cprocesses_trim_memory() }

    /// Keeps the allocator from holding free memory in many places. To be called once, at the beginning.
    ///
    /// As a rule glibc gives nearly every thread an arena of its own, up to eight for each processor, and what one thread frees serves no other: in a
    /// run of hundreds of turns more than half of an engine's memory was free. A program that mostly waits needs no more of them than processors,
    /// and few even of these.
    ///
    /// And what is large is given back when it is freed: the status of a run with a thousand tasks has 700 KB, and is written and read at every look.
    package static func limitFreeMemory() {
        cprocesses_limit_free_memory(Int32(clamping: max(2, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN))))))
    }
}

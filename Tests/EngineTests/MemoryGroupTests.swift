import Testing

@testable import Engine

@Suite("Memory that is not in use and could be")
struct MemoryGroupTests {
    private let machine = "MemTotal:       32768000 kB\nMemFree:          100000 kB\nMemAvailable:    8388608 kB\nBuffers: 1 kB\n"
    private let mebibyte: Int64 = 1 << 20

    private func group(_ limit: String?, _ usage: String?, _ statistics: String? = nil) -> MemoryGroup {
        MemoryGroup(limit: limit, usage: usage, statistics: statistics)
    }

    @Test("without a group it is what the kernel says is available; where it says nothing, nothing is known")
    func machineAlone() {
        #expect(MemoryGroup.available(machine: machine, groups: []) == 8192 * mebibyte)
        #expect(MemoryGroup.available(machine: machine, groups: [group("max\n", "5000\n"), group(nil, nil)]) == 8192 * mebibyte)
        #expect(MemoryGroup.available(machine: "MemTotal: 5 kB\n", groups: [group("1048576\n", "0\n")]) == nil)
        #expect(MemoryGroup.available(machine: "", groups: []) == nil)
    }

    @Test("a group of the second version has what is left of its limit, and what the kernel can take back is left")
    func second() {
        let statistics = "anon 300\nfile 900\ninactive_file \(1500 * mebibyte)\nactive_file 7\nslab_reclaimable \(200 * mebibyte)\nslab 9\n"
        let full = group("\(2048 * mebibyte)\n", "\(2040 * mebibyte)\n", statistics)
        #expect(full.room == 1708 * mebibyte, "a build has filled the page cache")
        #expect(group("\(2048 * mebibyte)\n", "\(2040 * mebibyte)\n").room == 8 * mebibyte, "no statistics: nothing can be taken back")
        #expect(group("1000\n", "5000\n").room == 0, "the limit was lowered")
        #expect(group("1000\n", "300\n", "inactive_file 900\n").room == 1000, "figures are not of one moment")
        #expect(group("max\n", "300\n").room == nil && group("1000\n", nil).room == nil)
    }

    @Test("a group of the first version counts with its children, and no limit is a very large one")
    func first() {
        let statistics = "inactive_file 1\ntotal_cache 5\ntotal_inactive_file \(100 * mebibyte)\n"
        #expect(group("\(1024 * mebibyte)\n", "\(1000 * mebibyte)\n", statistics).room == 124 * mebibyte)
        let unlimited = group("9223372036854771712\n", "\(1000 * mebibyte)\n", statistics)
        #expect(MemoryGroup.available(machine: machine, groups: [unlimited]) == 8192 * mebibyte)
    }

    @Test("the narrowest of a process's groups counts, whichever it is")
    func narrowest() {
        let (wide, narrow) = (group("\(4096 * mebibyte)\n", "0\n"), group("\(512 * mebibyte)\n", "\(112 * mebibyte)\n"))
        #expect(MemoryGroup.available(machine: machine, groups: [wide, narrow]) == 400 * mebibyte)
        #expect(MemoryGroup.available(machine: machine, groups: [narrow, wide]) == 400 * mebibyte)
    }

    @Test("a process's groups are its own and all above it, the one that is shown as the root among them")
    func folders() {
        func paths(_ membership: String) -> [String] { MemoryGroup.folders(membership: membership).map { "\($0.version) \($0.path)" } }
        #expect(paths("0::/\n") == ["2 /sys/fs/cgroup"])
        #expect(
            paths("0::/user.slice/cco.scope\n") == [
                "2 /sys/fs/cgroup", "2 /sys/fs/cgroup/user.slice", "2 /sys/fs/cgroup/user.slice/cco.scope",
            ])
        #expect(
            paths("12:cpu,cpuacct:/a\n4:hugetlb,memory:/docker/b:c\n1:name=systemd:/d\n")
                == ["1 /sys/fs/cgroup/memory", "1 /sys/fs/cgroup/memory/docker", "1 /sys/fs/cgroup/memory/docker/b:c"])
        #expect(paths("").isEmpty && paths("nonsense\n").isEmpty)
    }
}

/// What a marker leaves on the processes that carry it, as /proc shows it: an entry of the environment and the name of a control group.
struct MarkerTrace: Sendable {
    private let entry: [UInt8]
    private let group: [UInt8]

    init(_ marker: String) {
        entry = Array("\(SupervisedProcess.markerVariable)=\(marker)".utf8)
        group = ControlGroups.name(of: marker)
    }

    /// Whether a process with this environment, or in these control groups, carries the marker or one below it.
    ///
    /// - Parameters:
    ///   - environment: `/proc/PID/environ`; nil when it could not be read.
    ///   - groups: `/proc/PID/cgroup`; nil when it could not be read.
    func isIn(_ environment: [UInt8]?, _ groups: [UInt8]?) -> Bool {
        if let groups, ControlGroups.carries(group, groups) { return true }
        guard let environment else { return false }
        return ByteSearch.contains(entry, in: environment, after: [0], before: [0, UInt8(ascii: "/")], mayEnd: true)
    }
}

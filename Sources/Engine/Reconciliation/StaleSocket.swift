/// Removes the control socket of an engine that died. Only with the workspace's lock in hand, which no other engine can have then.
struct StaleSocket: ReconciliationDuty {
    let subject = "control socket"
    let path: String

    func reconcile() throws -> [String] {
        guard PrivateFiles.exists(path) else { return [] }
        try PrivateFiles.remove(path)
        return ["removed that of an engine that died"]
    }
}

/// Who may see the pages: whoever has the token, from a page of this very server, on this machine.
///
/// The token is in the first link only; it becomes a cookie that scripts cannot read and other sites do not send. The Host header must name this
/// server, so that a name that is made to point to 127.0.0.1 (DNS rebinding) reaches nothing, and a foreign Origin is refused.
struct AccessRules: Sendable {
    /// 64 hexadecimal digits.
    let token: String
    let port: Int

    /// A browser has one jar for all ports of a host: each server has a cookie of its own, or the pages of two would log each other out.
    var cookie: String { "cco-\(port)" }

    /// Why a request is refused.
    enum Refusal: Error, Equatable {
        case host, origin, token
    }

    /// Numbers from the system's generator, which is seeded from the kernel and cryptographically secure on Linux.
    static func makeToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// What a request says about itself.
    struct Credentials: Sendable {
        var host: String?
        var origin: String?
        var cookies: String?
        var authorization: String?
        var queryToken: String?
    }

    /// - Parameter changes: whether the request changes something: then it has to say where it comes from.
    func check(_ request: Credentials, changes: Bool) throws(Refusal) {
        guard let host = request.host, hosts.contains(host.lowercased()) else { throw .host }
        if let origin = request.origin {
            guard origin.lowercased() == "http://\(host.lowercased())" else { throw .origin }
        } else if changes, request.authorization == nil {
            // Browsers send it with every request that changes something.
            throw .origin
        }
        let bearer = request.authorization.flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
        let given = bearer ?? cookie(in: request.cookies)
        guard let given, Self.isSame(given, token) else { throw .token }
    }

    /// Whether the link with which a person opens the pages is the right one.
    func admits(_ request: Credentials) -> Bool {
        guard let host = request.host, hosts.contains(host.lowercased()), let given = request.queryToken else { return false }
        return Self.isSame(given, token)
    }

    private var hosts: [String] { ["127.0.0.1:\(port)", "localhost:\(port)"] }

    private func cookie(in header: String?) -> String? {
        let name = cookie + "="
        return header?.split(separator: ";").lazy.map { $0.drop { $0 == " " } }.first { $0.hasPrefix(name) }.map {
            String($0.dropFirst(name.count))
        }
    }

    /// Takes as long for every text of the right length, so that nothing is learned from how long it takes.
    static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

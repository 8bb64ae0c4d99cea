import Foundation
import FoundationNetworking
import Testing

@testable import TestSupport

/// Programs of others that look at the web interface; scripts/setup fetches them.
enum InterfaceTools {
    /// The folder with python, schemathesis and a reader of Prometheus's form; `nil` when they are not there.
    static let folder: String? = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: cache + "/cco/api-tests")) ?? []
        let folders = names.sorted().map { "\(cache)/cco/api-tests/\($0)/bin" }
        return folders.last { FileManager.default.isExecutableFile(atPath: $0 + "/schemathesis") }
    }()

    static var python: String { (folder ?? "") + "/python" }
    static var schemathesis: String { (folder ?? "") + "/schemathesis" }

    /// Prints what comes over a connection, line by line: URL, token, and headers as NAME=VALUE.
    static let reader = """
        import sys, urllib.request
        url, token, *headers = sys.argv[1:]
        request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token, **dict(h.split("=", 1) for h in headers)})
        try:
            with urllib.request.urlopen(request) as answer:
                for line in answer:
                    sys.stdout.buffer.write(line)
                    sys.stdout.flush()
        except (ConnectionError, urllib.request.http.client.IncompleteRead):
            print("broken off", flush=True)
        """

    /// Reads metrics with Prometheus's own library and prints each sample as JSON.
    static let metrics = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        for family in text_string_to_metric_families(sys.stdin.read() if len(sys.argv) < 2 else open(sys.argv[1]).read()):
            for sample in family.samples:
                print(json.dumps([sample.name, sample.labels, sample.value]))
        """
}

/// A `cco web` of a test.
struct RunningWeb: Sendable {
    let process: RunningCco
    let address: String
    let token: String

    /// Asks for something and gives status and body.
    func ask(_ path: String, method: String = "GET", body: String? = nil) async throws -> (status: Int, text: String) {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        var request = URLRequest(url: try #require(URL(string: address + path)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        let (data, response) = try await session.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    func stop() async throws {
        try process.signal(SIGINT)
        _ = try await process.ended()
    }
}

extension CompanyFixture {
    func web() async throws -> RunningWeb {
        let process = try await begin(["web"])
        try await process.expectSays("The run's pages: ")
        let output = try process.output()
        let link = try #require(output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("http://127.0.0.1:") })
        let parts = link.split(separator: "/?token=")
        return RunningWeb(process: process, address: String(parts[0]), token: String(parts[1]))
    }
}

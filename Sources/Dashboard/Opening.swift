import FoundationEssentials
import NIOCore
import Observability
import Synchronization

/// What a page is told first, without its secrets: the run with the first of its tasks. It stands in the page itself, so that the first figures need
/// no request of their own, and is the first event of the stream.
///
/// It is kept as bytes until the run, its log or the secrets have changed.
final class Opening: Sendable {
    private struct Kept {
        var version: Int
        var logVersion: Int
        var redactor: Redactor
        var object: [UInt8]
    }

    private let kept: Mutex<Kept?> = Mutex(nil)

    /// The data of the first event, an object of JSON.
    ///
    /// - Parameter update: everything, or of many tasks the first ones.
    func event(of update: @autoclosure () -> RunUpdate, _ moment: RunMoment, _ redactor: Redactor) throws -> [UInt8] {
        // The time is told beside what is kept, for it is always another one.
        let object = try object(update(), moment, redactor)
        return Array("{\"now\":\(moment.now),".utf8) + object.dropFirst()
    }

    /// The same as it stands in the page: nothing in it can end the element that it is in.
    func page(of moment: RunMoment, _ redactor: Redactor) throws -> [UInt8] {
        Self.unmarked(try event(of: Self.first(moment), moment, redactor))
    }

    private static func first(_ moment: RunMoment) -> RunUpdate {
        var update = RunUpdate(moment, since: nil)
        _ = update.splitTasks()
        return update
    }

    private func object(_ update: @autoclosure () -> RunUpdate, _ moment: RunMoment, _ redactor: Redactor) throws -> [UInt8] {
        if let known = kept.withLock({ $0 }), known.version == moment.version, known.logVersion == moment.log.version,
            known.redactor == redactor
        {
            return known.object
        }
        var update = update()
        update.now = nil
        let object = redactor.redacted(Array(try DashboardResponder.encoder.encode(update)))
        if let version = moment.version {
            let fresh = Kept(version: version, logVersion: moment.log.version, redactor: redactor, object: object)
            kept.withLock { $0 = fresh }
        }
        return object
    }

    static func unmarked(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(UInt8(ascii: "<")) else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 256)
        for byte in json {
            if byte == UInt8(ascii: "<") { result += Array("\\u003c".utf8) } else { result.append(byte) }
        }
        return result
    }
}

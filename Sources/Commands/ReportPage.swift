import ConfigurationFiles
import Engine
import FoundationEssentials
import Git
import Glibc
import Observability
import Orchestration

/// Writes a run's report as a page to share.
struct ReportPage: Sendable {
    var logs: RunLogs
    var place: Place
    var surroundings: Surroundings

    /// - Parameter file: `-` is standard output.
    /// - Throws: `Failure` when the file cannot be written, or there is nothing to make a report of; what `Place.redactor` throws: a page to
    ///   share has no secret in it, or is not written.
    func write(to file: String) async throws {
        let redactor = try place.redactor(surroundings)
        let page = redactor.redacted(try await html(redactor))
        guard file != "-" else { return surroundings.console.write(page.hasSuffix("\n") ? String(page.dropLast()) : page) }
        let path = ConfigurationPath.resolve(file, relativeTo: surroundings.currentFolder, home: surroundings.home)
        do {
            try Data(page.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw Failure("\(path) cannot be written: \(error)", .cannotCreate)
        }
        surroundings.console.write(path)
    }

    /// From the journal where it still is, with a timeline; otherwise from the written report.
    private func html(_ redactor: Redactor) async throws -> String {
        let folder = place.workspace.folder(of: ID(logs.run))
        guard place.workspace.exists, access(folder.path + "/journal.sqlite", F_OK) == 0 else {
            guard access(logs.reportJSON, F_OK) == 0 else {
                throw Failure(
                    "run \(logs.run) has no report: it did not end by itself, and its journal is gone. Its log: \(logs.combined)", .usage)
            }
            return try JSONDecoder().decode(RunReport.self, from: Data(contentsOf: URL(filePath: logs.reportJSON))).redacted(by: redactor)
                .html()
        }
        let history = RunHistory(JournalReader(place: place, run: ID(logs.run), redactor: { redactor }))
        try await history.catchUp()
        guard let run = await history.newest else { throw Failure("the journal of run \(logs.run) has no event yet.", .usage) }
        if access(logs.reportJSON, F_OK) == 0, run.isEnded {
            let report = try JSONDecoder().decode(RunReport.self, from: Data(contentsOf: URL(filePath: logs.reportJSON)))
            return try report.redacted(by: redactor).html(timeline: await history.timeline)
        }
        let report = try await PresentLook(run: run, place: place, git: Git(environment: surroundings.environment)).report(logs)
        return try report.redacted(by: redactor).html(timeline: await history.timeline)
    }
}

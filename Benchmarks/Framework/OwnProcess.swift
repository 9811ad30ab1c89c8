import Foundation
import Signet

/// Runs a case in a process of its own: what it held at most is then nobody else's.
enum OwnProcess {
    /// A process that fails ends this one with its exit status.
    ///
    /// - Returns: what the case measured, limits not looked up.
    /// - Throws: `InputError` with `.internalFault` where a signal ends it.
    static func run(_ name: String, _ context: BenchmarkContext) throws -> [Measurement] {
        let report = FileManager.default.temporaryDirectory.appendingPathComponent(
            "signet-benchmark-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: report) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            ["--only", name, "--json", report.path, "--repeats", "\(context.repeats)"]
            + (context.rows.file.map { ["--rows", $0] } ?? [])
        process.environment = ProcessInfo.processInfo.environment.merging([
            "SIGNET_NUM_THREADS": "\(Machine.threadCount)"
        ]) { $1 }
        try process.run()
        process.waitUntilExit()
        guard process.terminationReason == .exit else {
            throw InputError(
                .internalFault, at: name, "was ended by signal \(process.terminationStatus) (9: out of memory?)")
        }
        // It has said why.
        if process.terminationStatus != 0 { exit(process.terminationStatus) }
        return try BenchmarkReport(contentsOf: report.path).measurements
    }
}

import Foundation
import Signet

/// Runs a case in a process of its own: what it held at most is then nobody else's.
enum OwnProcess {
    /// - Returns: what the case measured, limits not looked up.
    /// - Throws: `InputError` with `.internalFault` where the process fails; it has said why on standard error.
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
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw InputError(
                ExitCode(rawValue: process.terminationStatus) ?? .internalFault, at: name,
                process.terminationReason == .exit
                    ? "failed, as said above" : "was ended by signal \(process.terminationStatus) (9: out of memory?)")
        }
        return try BenchmarkReport(contentsOf: report.path).measurements
    }
}

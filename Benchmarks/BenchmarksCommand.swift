import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `benchmarks`: measures on this machine, in this run, what the README states.
struct BenchmarksCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks", abstract: "Measures training on this machine, beside what the machine can do.")

    @Option(help: "Run only the cases whose name contains this text.")
    var filter: String?

    @Option(help: "Also write the results to this file, as JSON.")
    var json: String?

    @Option(help: "Measure nothing: print the README's table from files that --json wrote.")
    var markdown: [String] = []

    @Option(help: "Rows (JSONL) to train on, made first from SIGNET_TRAJECTORIES where there is no such file.")
    var rows: String?

    @Option(help: "How often each thing is timed, after a warm-up.")
    var repeats = 5

    @OptionGroup var machine: MachineOptions

    @Flag(help: "Name the cases and end.")
    var list = false

    /// Runs this case here and looks up no limit: what the process of a case of its own is told.
    @Option(help: .private)
    var only: String?

    func validate() throws {
        guard repeats > 0 else { throw ValidationError("--repeats: expected at least 1, found \(repeats)") }
    }

    func run() throws {
        guard markdown.isEmpty else {
            for path in markdown { try StandardOutput.writeLine(try BenchmarkReport(contentsOf: path).markdown) }
            return
        }
        let context = BenchmarkContext(repeats: repeats, rows: RowSource(file: rows))
        if let only {
            let measurements = try BenchmarkCase.all.filter { $0.name == only }.flatMap { try $0.run(context) }
            try json.map(BenchmarkReport(machine: .current, measurements: measurements).write(to:))
            return
        }
        let cases = try chosenCases()
        guard !list else { return try StandardOutput.writeLine(cases.map(\.name).joined(separator: "\n")) }
        var report = BenchmarkReport(machine: .current)
        try StandardOutput.writeLine("\(report.machine)")
        let limits = Limits(repeats: repeats)
        for benchmark in cases {
            let measurements =
                try benchmark.needsOwnProcess ? OwnProcess.run(benchmark.name, context) : benchmark.run(context)
            for measurement in measurements {
                let resolved = try measurement.resolved(by: limits)
                try StandardOutput.writeLine("\(resolved)")
                report.measurements.append(resolved)
            }
            // After every case: a long run that fails late keeps what it has.
            try json.map(report.write(to:))
        }
    }

    private func chosenCases() throws -> [BenchmarkCase] {
        let chosen = BenchmarkCase.all.filter { benchmark in filter.map(benchmark.name.contains) ?? true }
        guard !chosen.isEmpty else {
            let families = Set(BenchmarkCase.all.map { $0.name.prefix { $0 != "/" } }).sorted()
            throw InputError(
                .usage, at: "--filter",
                "expected part of a name that --list gives (\(families.joined(separator: ", "))), found \(filter ?? "")"
            )
        }
        return chosen
    }
}

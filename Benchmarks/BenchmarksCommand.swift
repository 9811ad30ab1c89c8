import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `benchmarks`: measures on this machine, in this run, what the README states.
struct BenchmarksCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks", abstract: "Measures training on this machine.")

    @Option(help: "Run only the cases whose name contains this text.")
    var filter: String?

    @Option(help: "Also write the results to this file, as JSON.")
    var json: String?

    @OptionGroup var machine: MachineOptions

    func run() throws {
        let cases: [(name: String, run: () throws -> [Measurement])] = [
            ("product", ProductBenchmark.run),
            ("sft/smollm2", SFTBenchmark.run),
        ]
        let chosen = cases.filter { $0.name.contains(filter ?? "") }
        guard !chosen.isEmpty else {
            throw InputError(
                .usage, at: "--filter",
                "expected part of \(cases.map(\.name).joined(separator: ", ")), found \(filter ?? "")")
        }
        print("machine: \(Machine.summary)")
        var measurements: [Measurement] = []
        for benchmark in chosen {
            for measurement in try benchmark.run() {
                print(measurement)
                measurements.append(measurement)
            }
        }
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try encoder.encode(measurements).write(to: URL(fileURLWithPath: json))
        }
    }
}

/// One figure.
struct Measurement: Codable, CustomStringConvertible {
    var name: String
    var value: Double
    var unit: String
    /// The smallest and largest of the repeats.
    var spread: ClosedRange<Double>

    init(_ name: String, _ values: [Double], unit: String) {
        let sorted = values.sorted()
        self.name = name
        value = sorted[sorted.count / 2]
        self.unit = unit
        spread = sorted.first!...sorted.last!
    }

    var description: String {
        func text(_ value: Double) -> String { String(format: value < 10 ? "%.2f" : "%.1f", value) }
        return name.padding(toLength: 56, withPad: " ", startingAt: 0)
            + "\(text(value)) \(unit)  (\(text(spread.lowerBound)) – \(text(spread.upperBound)))"
    }
}

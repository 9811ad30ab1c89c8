import Foundation
import Signet

/// The figures of one run, as `--json` writes them and `--markdown` reads them.
struct BenchmarkReport: Codable {
    var machine: MachineDescription
    var measurements: [Measurement]

    /// - Throws: `InputError` with `.missingFile`, or `.data` where the file is no report.
    init(contentsOf path: String) throws {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw InputError(.missingFile, at: path, "expected a file that --json wrote, found no such file")
        }
        do {
            self = try JSONDecoder().decode(BenchmarkReport.self, from: content)
        } catch {
            throw InputError(.data, at: path, "expected a file that --json wrote, found something else: \(error)")
        }
    }

    init(machine: MachineDescription, measurements: [Measurement] = []) {
        self.machine = machine
        self.measurements = measurements
    }

    /// - Throws: `InputError` with `.tryAgain` where the file cannot be written.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(self).write(to: URL(fileURLWithPath: path))
        } catch {
            throw InputError(.tryAgain, at: path, "cannot be written: \(error.localizedDescription)")
        }
    }

    /// The README's table.
    var markdown: String {
        var lines = [
            machine.description, "", "| what | figure (spread) | time | limit | ratio |", "|---|---|---|---|---|",
        ]
        for measurement in measurements {
            let figure = "\(measurement.value.shortText) \(measurement.unit)"
            let spread = "\(measurement.smallest.shortText) – \(measurement.largest.shortText)"
            let limit = measurement.limit.flatMap { limit in
                measurement.limitValue.map { "\($0.shortText), \(limit.name)" }
            }
            let cells = [
                measurement.name, measurement.smallest < measurement.largest ? "\(figure) (\(spread))" : figure,
                measurement.seconds?.timeText ?? "", limit ?? "",
                measurement.ratio.map { String(format: "%.2f", $0) } ?? "",
            ]
            lines.append("| \(cells.joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n")
    }
}

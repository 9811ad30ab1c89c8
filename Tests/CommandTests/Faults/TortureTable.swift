import Foundation
import Testing

/// The table that `Tests/torture.sh` prints, a file to which tests add rows.
struct TortureTable {
    let path: String

    /// Adds a row.
    ///
    /// - Parameters:
    ///   - injected: how often the fault was.
    ///   - ended: how many of the runs it ended.
    ///   - repeatedSteps: of the steps that were made, how many had to be made again, at most.
    ///   - seconds: from the end of each fault to when the run had made up for it.
    func add(_ fault: String, injected: Int, ended: Int, repeatedSteps: Int, seconds: [Double]) throws {
        let mean = seconds.reduce(0, +) / Double(max(1, seconds.count))
        let cells = [
            fault, "\(injected)", "\(injected - ended)", "\(ended)", "\(repeatedSteps)",
            String(format: "%.2f", mean), String(format: "%.2f", seconds.max() ?? 0),
        ]
        let row = "| " + cells.joined(separator: " | ") + " |\n"
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        defer { close(file) }
        try #require(write(file, row, row.utf8.count) == row.utf8.count)
    }
}

import Diagnostics
import Files
import Foundation
import Training

extension Examination {
    /// The results in a table of fixed width.
    public var table: String {
        let cells = results.map { result in
            [
                result.task?.rawValue ?? "all", "\(result.rowCount)", String(format: "%.4f", result.loss),
                "\(result.readableCount) (\(String(format: "%.1f", 100 * result.readable)) %)",
            ]
        }
        return TextTable.aligned([["", "rows", "loss", "readable"]] + cells)
    }

    /// The results: an object for each task and for `all`, with `rows`, `loss` and `readable`.
    package var json: JSONValue {
        .object(
            results.map { result in
                .init(
                    result.task?.rawValue ?? "all",
                    .object([
                        .init("rows", .number(result.rowCount)), .init("loss", .number(result.loss)),
                        .init("readable", .number(result.readable)),
                    ]))
            })
    }

    /// Writes an object for each answer: the row's line, its task, the answer, and why it cannot be read, or null.
    ///
    /// - Throws: `InputError(.tryAgain)` where the file cannot be written.
    public func write(to file: URL) throws(InputError) {
        var lines = try LineFile(file)
        for answer in answers {
            let object = JSONValue.object([
                .init("line", .number(answer.row.line)), .init("task", .string(answer.row.task.rawValue)),
                .init("answer", .string(answer.text)), .init("flaw", answer.flaw.map { .string($0) } ?? .null),
            ])
            try lines.append(object.compactText)
        }
        try lines.publish()
    }
}

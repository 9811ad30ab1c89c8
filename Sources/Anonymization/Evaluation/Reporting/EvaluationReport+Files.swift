import Diagnostics
import Files
import Foundation

extension EvaluationReport {
    /// Writes `report.txt`, `report.csv`, `report.json` and `report.html` into a folder, which is made where there is none.
    ///
    /// - Throws: `InputError` with `.tryAgain` naming the file or folder that cannot be written.
    public func write(to folder: String) throws(InputError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw InputError(.tryAgain, at: folder, "the folder could not be made: \(error.localizedDescription)")
        }
        let files = [
            ("report.txt", text), ("report.csv", csv), ("report.json", json.prettyText), ("report.html", html),
        ]
        for (name, content) in files {
            try AtomicFile.write(
                Array(content.utf8), to: URL(fileURLWithPath: folder).appendingPathComponent(name).path)
        }
    }

    /// The table with a line a method, measures at full precision, and the ends of their intervals.
    public var csv: String {
        let columns = ReportColumn.all(of: self)
        let titles = columns.flatMap { column in
            switch column {
            case .privacy, .utility, .overall: [column.key, "\(column.key)_low", "\(column.key)_high"]
            default: [column.key]
            }
        }
        let lines = rows.map { row in
            [row.name, row.kind.rawValue]
                + columns.flatMap { column in
                    let measure = column.measure(row)
                    let value = measure.map { "\($0.value)" } ?? ""
                    switch column {
                    case .privacy, .utility, .overall:
                        return [
                            value, measure?.interval.map { "\($0.lowerBound)" } ?? "",
                            measure?.interval.map { "\($0.upperBound)" } ?? "",
                        ]
                    default: return [value]
                    }
                }
        }
        return ([["method", "kind"] + titles] + lines).map { $0.map(Self.csvField).joined(separator: ",") + "\n" }
            .joined()
    }

    private static func csvField(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    package var json: JSONValue {
        .object([
            .init("texts", .number(textCount)), .init("profiles", .number(profileCount)),
            .init("runs", .number(runCount)),
            .init(
                "bootstrap",
                .object([
                    .init("replicates", .number(bootstrap.replicates)), .init("level", .number(bootstrap.level)),
                    .init("seed", JSONValue(.number("\(bootstrap.seed)"))),
                ])), .init("methods", .array(rows.map(\.json))), .init("notes", .strings(notes)),
        ])
    }
}

extension EvaluationReport.Row {
    fileprivate var json: JSONValue {
        func measure(_ measure: EvaluationReport.Measure?) -> JSONValue {
            guard let measure else { return .null }
            return .object(
                [.init("value", .number(measure.value))]
                    + (measure.interval.map {
                        [.init("low", .number($0.lowerBound)), .init("high", .number($0.upperBound))]
                    } ?? []))
        }
        let attributes = Attribute.allCases.filter { tally.labelCount(of: $0) > 0 }
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("kind", .string(kind.rawValue)),
            .init(
                "attributes",
                .object(
                    attributes.map {
                        .init(
                            $0.rawValue,
                            .object([
                                .init("accuracy", .optional(tally.accuracy(of: $0))),
                                .init("labels", .number(tally.labelCount(of: $0))),
                            ]))
                    })), .init("privacy", measure(privacy)), .init("meaning", .optional(tally.meaning)),
            .init("readability", .optional(tally.readability)), .init("hallucination", .optional(tally.hallucination)),
            .init("utility", measure(utility)), .init("overall", measure(overall)),
        ]
        if let spans { members.append(.init("spans", spans.json)) }
        if let consistency { members.append(.init("consistency", consistency.json)) }
        return .object(members)
    }
}

extension SpanScores {
    fileprivate var json: JSONValue {
        func measure(_ measure: Measure) -> JSONValue {
            .object([
                .init("precision", .optional(measure.precision)), .init("recall", .optional(measure.recall)),
                .init("f1", .optional(measure.f1)),
            ])
        }
        return .object(
            ([("all", total)] + byType).map { type, counts in
                .init(
                    type,
                    .object([
                        .init("gold", .number(counts.gold)), .init("masks", .number(counts.predicted)),
                        .init("exact", measure(counts.exactMeasure)),
                        .init("overlapping", measure(counts.overlappingMeasure)),
                    ]))
            })
    }
}

extension RunConsistency {
    fileprivate var json: JSONValue {
        func spread(_ spread: Spread?) -> JSONValue {
            guard let spread else { return .null }
            return .object([
                .init("mean", .number(spread.mean)), .init("standard_deviation", .number(spread.standardDeviation)),
                .init("least", .number(spread.range.lowerBound)), .init("most", .number(spread.range.upperBound)),
            ])
        }
        return .object([
            .init("privacy", spread(privacy)), .init("utility", spread(utility)), .init("overall", spread(overall)),
            .init("label_agreement", .optional(labelAgreement)), .init("identical_texts", .number(identicalTexts)),
        ])
    }
}

extension JSONValue {
    fileprivate static func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}

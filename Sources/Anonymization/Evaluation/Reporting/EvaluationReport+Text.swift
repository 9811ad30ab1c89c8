extension EvaluationReport {
    /// The report as plain text, in tables of fixed width.
    public var text: String {
        var parts = ["\(summary)\n\n\(table)", readingHelp]
        if let intervals { parts.append(intervals) }
        if let spanTable { parts.append("Masks against gold spans:\n\n\(spanTable)") }
        if let consistencyTable { parts.append("Agreement of \(runCount) runs:\n\n\(consistencyTable)") }
        if !notes.isEmpty { parts.append(notes.joined(separator: "\n")) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// How much was measured.
    var summary: String {
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let labels = rows[0].tally.labelCount
        return [
            count(textCount, "text"), "of \(count(profileCount, "profile")),",
            "\(count(labels, "attribute")) given away,", count(runCount, "run"),
        ].joined(separator: " ")
    }

    var readingHelp: String {
        """
        Attributes and Privacy: the share of what the texts give away that the adversary guesses at once; less is better.
        Mean, Read, Hall: meaning and readability kept, and texts without inventions; Utility: their mean; more is better.
        Overall: Utility less Privacy as a share of the original's.
        """
    }

    private var table: String {
        let columns = ReportColumn.all(of: self)
        return TextTable.aligned(
            [[""] + columns.map(\.title)]
                + rows.map { row in [row.name] + columns.map { $0.measure(row).map(\.value).inReport } })
    }

    private var intervals: String? {
        let columns = [ReportColumn.privacy, .utility, .overall]
        guard rows.contains(where: { row in columns.contains { $0.measure(row)?.interval != nil } }) else { return nil }
        let cells = rows.map { row in
            [row.name]
                + columns.map { column in
                    column.measure(row)?.interval.map { "\($0.lowerBound.inReport) to \($0.upperBound.inReport)" }
                        ?? "–"
                }
        }
        return "\(intervalTitle):\n\n" + TextTable.aligned([[""] + columns.map(\.title)] + cells)
    }

    var intervalTitle: String {
        "\(Int((bootstrap.level * 100).rounded())) % intervals from \(bootstrap.replicates) draws of the profiles"
            + " (seed \(bootstrap.seed))"
    }

    private var spanTable: String? {
        let cells = spanRows
        return cells.isEmpty ? nil : TextTable.aligned([Self.spanTitles] + cells)
    }

    private var consistencyTable: String? {
        let cells = consistencyRows
        return cells.isEmpty ? nil : TextTable.aligned([Self.consistencyTitles] + cells)
    }
}

extension EvaluationReport {
    static let spanTitles = [
        "", "Type", "Gold", "Masks", "Precision", "Recall", "F1", "Precision~", "Recall~", "F1~",
    ]

    /// A row for each method with masks and each type, after one for all types; `~` counts overlapping masks as found.
    var spanRows: [[String]] {
        rows.flatMap { row in
            guard let spans = row.spans else { return [[String]]() }
            return ([("all", spans.total)] + spans.byType).map { type, counts in
                let measures = [counts.exactMeasure, counts.overlappingMeasure]
                return [row.name, type, "\(counts.gold)", "\(counts.predicted)"]
                    + measures.flatMap { [$0.precision.inReport, $0.recall.inReport, $0.f1.inReport] }
            }
        }
    }

    static let consistencyTitles = ["", "Privacy", "Utility", "Overall", "Same verdict", "Same text"]

    /// A row for each method with several runs: means and standard deviations, and shares of labels and texts.
    var consistencyRows: [[String]] {
        rows.compactMap { row in
            row.consistency.map { consistency in
                [row.name]
                    + [consistency.privacy, consistency.utility, consistency.overall].map { spread in
                        spread.map { "\($0.mean.inReport) ± \($0.standardDeviation.inReport)" } ?? "–"
                    } + [consistency.labelAgreement.inReport, consistency.identicalTexts.inReport]
            }
        }
    }
}

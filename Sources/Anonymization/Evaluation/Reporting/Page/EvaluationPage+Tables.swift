extension EvaluationPage {
    /// The paper's table; leaks are tinted by how much they leak, and the best of a column is bold.
    var mainTable: String {
        let columns = ReportColumn.all(of: report)
        let head = columns.map { column in
            "<th scope=\"col\"\(column == .privacy ? " class=\"sum\"" : "")>\(column.title)\(direction(column))</th>"
        }
        let body = report.rows.map { row in
            let cells = columns.map { cell($0, row) }
            return "<tr class=\"\(row.kind.rawValue)\"><th scope=\"row\">\(row.name.inHTML)</th>\(cells.joined())</tr>"
        }
        return """
            <section>
            <h2>Results</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Results, scrollable">
            <table>
            <thead><tr><th scope="col">Method</th>\(head.joined())</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody>
            </table>
            </div>
            </section>
            """
    }

    private func direction(_ column: ReportColumn) -> String {
        let (arrow, words) = column.isLeak ? ("↓", "less is better") : ("↑", "more is better")
        return "<span class=\"arrow\" role=\"img\" aria-label=\"\(words)\">\(arrow)</span>"
    }

    private func cell(_ column: ReportColumn, _ row: EvaluationReport.Row) -> String {
        guard let measure = column.measure(row) else { return "<td>–</td>" }
        var classes: [String] = []
        if column == .privacy { classes.append("sum") }
        if column.isLeak { classes.append("leak") }
        if isBest(measure.value, column, row) { classes.append("best") }
        let style = column.isLeak ? " style=\"--leak:\(Int((measure.value * 100).rounded()))%\"" : ""
        let list = classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\""
        let interval = measure.interval.map {
            "<small>\($0.lowerBound.inReport)–\($0.upperBound.inReport)</small>"
        }
        return "<td\(list)\(style)>\(measure.value.inReport)\(interval ?? "")</td>"
    }

    /// Among the methods that change the texts.
    private func isBest(_ value: Double, _ column: ReportColumn, _ row: EvaluationReport.Row) -> Bool {
        guard isChanging(row) else { return false }
        let values = report.rows.filter(isChanging).compactMap { column.measure($0)?.value }
        return values.min() != values.max() && value == (column.isLeak ? values.min() : values.max())
    }

    private func isChanging(_ row: EvaluationReport.Row) -> Bool {
        row.kind != .original && row.name != EvaluationSet.identityName
    }

    var spanTable: String? {
        table(
            "Masks against gold spans", EvaluationReport.spanTitles, report.spanRows,
            note: "Behind ~, masks that only overlap a gold span of their type count as found.")
    }

    var consistencyTable: String? {
        table(
            "Agreement of \(report.runCount) runs", EvaluationReport.consistencyTitles, report.consistencyRows,
            note:
                "Means and standard deviations over runs with different seeds; the shares of labels with the same verdict and "
                + "of texts left the same in all of them.")
    }

    private func table(_ title: String, _ titles: [String], _ rows: [[String]], note: String) -> String? {
        guard !rows.isEmpty else { return nil }
        let head = titles.map { $0.isEmpty ? "<th scope=\"col\">Method</th>" : "<th scope=\"col\">\($0.inHTML)</th>" }
        let body = rows.map { row in
            "<tr><th scope=\"row\">\(row[0].inHTML)</th>"
                + row.dropFirst().map { "<td>\($0.inHTML)</td>" }.joined() + "</tr>"
        }
        return """
            <section>
            <h2>\(title.inHTML)</h2>
            <p>\(note)</p>
            <div class="scroll" tabindex="0" role="region" aria-label="\(title.inHTML), scrollable">
            <table>
            <thead><tr>\(head.joined())</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody>
            </table>
            </div>
            </section>
            """
    }
}

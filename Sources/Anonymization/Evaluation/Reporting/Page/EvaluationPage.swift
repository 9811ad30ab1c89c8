extension EvaluationReport {
    /// The report as one HTML page that needs nothing else: no network, no scripts; for light and dark screens and for
    /// readers that cannot see the plots.
    public var html: String { EvaluationPage(report: self).text }
}

/// Puts the page together.
struct EvaluationPage {
    let report: EvaluationReport

    var text: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Privacy and utility</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <main>
        <header>
        <h1>Privacy and utility</h1>
        <p class="lead">\(report.summary.inHTML)</p>
        </header>
        \(sections.joined(separator: "\n"))
        </main>
        </body>
        </html>

        """
    }

    private var sections: [String] {
        [highlights, plots, mainTable, spanTable, consistencyTable, help].compactMap { $0 }
    }

    /// The best iteration in three numbers; nil where none was measured.
    private var highlights: String? {
        let measured = report.rows.filter { $0.kind == .iteration && $0.overall != nil }
        guard let best = measured.max(by: { ($0.overall?.value ?? 0) < ($1.overall?.value ?? 0) }),
            let privacy = best.privacy, let utility = best.utility, let overall = best.overall,
            let before = report.rows[0].privacy
        else { return nil }
        func card(_ title: String, _ value: Double, _ remark: String) -> String {
            "<div class=\"card\"><dt>\(title)</dt><dd>\(value.inReport)</dd><dd class=\"remark\">\(remark)</dd></div>"
        }
        return """
            <section aria-label="The best iteration">
            <dl class="cards">
            \(card("Adversary’s accuracy", privacy.value, "\(before.value.inReport) on the originals"))
            \(card("Utility", utility.value, "of 1 for the originals"))
            \(card("Overall", overall.value, "\(best.name.inHTML), the best iteration"))
            </dl>
            </section>
            """
    }

    private var plots: String? {
        let figures = [
            PrivacyUtilityPlot(report)?.figure, AttributePlot(report)?.figure,
        ].compactMap { $0 }
        return figures.isEmpty ? nil : "<section class=\"plots\">\n\(figures.joined(separator: "\n"))\n</section>"
    }

    private var help: String {
        let lines = report.readingHelp.split(separator: "\n").map { "<li>\(String($0).inHTML)</li>" }
        let notes = report.notes.map { "<li>\($0.inHTML)</li>" }
        return """
            <section>
            <h2>How to read this</h2>
            <ul>
            \(lines.joined(separator: "\n"))
            <li>Small numbers: \(report.intervalTitle.inHTML). Profiles are drawn, not texts, since an author’s texts are alike.</li>
            \(notes.joined(separator: "\n"))
            </ul>
            </section>
            """
    }
}

extension String {
    /// As text of an HTML document or of a quoted attribute.
    var inHTML: String {
        var text = ""
        for character in self {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            default: text.append(character)
            }
        }
        return text
    }
}

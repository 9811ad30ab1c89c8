/// How often the adversary is right about each attribute, before and after.
struct AttributePlot {
    private struct Line {
        let attribute: Attribute
        let before: Double
        let after: Double
        let labels: Int
    }

    private static let (width, rowHeight) = (640.0, 46.0)
    private static let (left, right, top) = (168.0, 590.0, 34.0)

    private let lines: [Line]
    private let method: String
    private let across = PlotScale(domain: 0...1, start: left, end: right)

    /// Nil where there are no labels or no iteration.
    init?(_ report: EvaluationReport) {
        guard let last = report.rows.last(where: { $0.kind == .iteration && $0.privacy != nil }) else { return nil }
        let original = report.rows[0].tally
        lines = report.attributes.compactMap { attribute in
            guard let before = original.accuracy(of: attribute), let after = last.tally.accuracy(of: attribute) else {
                return nil
            }
            return Line(attribute: attribute, before: before, after: after, labels: original.labelCount(of: attribute))
        }
        guard !lines.isEmpty else { return nil }
        method = last.name
    }

    private var bottom: Double { Self.top + Self.rowHeight * Double(lines.count) }

    var figure: String {
        """
        <figure>
        <figcaption><strong>What the adversary still gets right</strong>From the original (square) to \
        \(method.inHTML) (circle), by attribute.</figcaption>
        <svg viewBox="0 0 \(Int(Self.width)) \(Int(bottom + 46))" role="img" aria-labelledby="at-title at-text">
        <title id="at-title">The adversary’s accuracy by attribute</title>
        <desc id="at-text">\(description.inHTML)</desc>
        \((axis + lines.enumerated().map(drawing)).joined(separator: "\n"))
        </svg>
        </figure>
        """
    }

    private var description: String {
        lines.map { "\($0.attribute.rawValue): from \($0.before.inReport) to \($0.after.inReport)." }
            .joined(separator: " ")
    }

    private var axis: [String] {
        across.ticks(5).map { tick in
            let x = across.position(tick).inDrawing
            return
                "<line class=\"grid\" x1=\"\(x)\" y1=\"\((Self.top - 8).inDrawing)\" x2=\"\(x)\" y2=\"\(bottom.inDrawing)\"/>"
                + "<text x=\"\(x)\" y=\"\((bottom + 20).inDrawing)\" text-anchor=\"middle\">\(tick.onAxis)</text>"
        } + [
            "<text x=\"\(Self.right.inDrawing)\" y=\"\((bottom + 42).inDrawing)\" text-anchor=\"end\">Adversary’s accuracy</text>"
        ]
    }

    private func drawing(_ index: Int, _ line: Line) -> String {
        let y = Self.top + Self.rowHeight * (Double(index) + 0.5)
        let (before, after) = (across.position(line.before), across.position(line.after))
        // The numbers stand on the outer sides of their marks.
        let side = after <= before ? 1.0 : -1.0
        func number(_ value: Double, _ x: Double, _ side: Double) -> String {
            "<text class=\"halo\" x=\"\((x + side * 13).inDrawing)\" y=\"\((y + 4.5).inDrawing)\" text-anchor=\"\(side > 0 ? "start" : "end")\">\(value.inReport)</text>"
        }
        return """
            <g><title>\(line.attribute.rawValue): from \(line.before.inReport) to \(line.after.inReport), \(line.labels) labels</title>\
            <text class="name" x="0" y="\((y + 4.5).inDrawing)">\(ReportColumn.attribute(line.attribute).title)</text>\
            <line class="path" x1="\(before.inDrawing)" y1="\(y.inDrawing)" x2="\(after.inDrawing)" y2="\(y.inDrawing)"/>\
            <rect class="mark original" x="\((before - 6).inDrawing)" y="\((y - 6).inDrawing)" width="12" height="12" rx="2"/>\
            <circle class="mark iteration" cx="\(after.inDrawing)" cy="\(y.inDrawing)" r="7"/>\
            \(number(line.before, before, side))\(line.before == line.after ? "" : number(line.after, after, -side))</g>
            """
    }
}

/// Every method by what it leaves to the adversary and by what its texts are worth.
///
/// To the right less is inferred, upwards more is kept. Where U − P/P₀ is the same lie straight lines, which are drawn.
struct PrivacyUtilityPlot {
    struct Point {
        let row: EvaluationReport.Row
        let privacy: EvaluationReport.Measure
        let utility: EvaluationReport.Measure
        let overall: Double?
    }

    static let (width, height) = (640.0, 460.0)
    static let (left, right, top, bottom) = (52.0, 620.0, 26.0, 404.0)

    let points: [Point]
    private let across: PlotScale
    private let up: PlotScale
    private let originalPrivacy: Double

    /// Nil where not both were measured on the original and a method.
    init?(_ report: EvaluationReport) {
        // The identity is where the original is, unless a judge found otherwise.
        let rows = report.rows.filter { row in
            row.name != EvaluationSet.identityName || row.utility != report.rows[0].utility
        }
        points = rows.compactMap { row in
            guard let privacy = row.privacy, let utility = row.utility else { return nil }
            return Point(row: row, privacy: privacy, utility: utility, overall: row.overall?.value)
        }
        guard points.count > 1, let original = report.rows[0].privacy?.value, original > 0 else { return nil }
        originalPrivacy = original
        let privacies = PlotScale.domain(points.map(\.privacy.value), least: 0, most: 1)
        let utilities = PlotScale.domain(points.map(\.utility.value), least: 0, most: 1)
        across = PlotScale(domain: privacies, start: Self.right, end: Self.left)
        up = PlotScale(domain: utilities, start: Self.bottom, end: Self.top)
    }

    var figure: String {
        """
        <figure>
        <figcaption><strong>What is hidden, and what is kept</strong>Up and to the right is better. On a dotted line \
        Overall is the same.</figcaption>
        <svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" aria-labelledby="pu-title pu-text">
        <title id="pu-title">Utility against the adversary’s accuracy</title>
        <desc id="pu-text">\(description.inHTML)</desc>
        \((axes + contours + [path] + spreads + marks).joined(separator: "\n"))
        </svg>
        </figure>
        """
    }

    private var description: String {
        points.map { "\($0.row.name): accuracy \($0.privacy.value.inReport), utility \($0.utility.value.inReport)." }
            .joined(separator: " ")
    }

    func place(_ point: Point) -> (x: Double, y: Double) {
        (across.position(point.privacy.value), up.position(point.utility.value))
    }

    private var axes: [String] {
        let verticals = across.ticks(6).flatMap { tick in
            let x = across.position(tick).inDrawing
            return [
                line("grid", (x, Self.top.inDrawing), (x, Self.bottom.inDrawing)),
                text(tick.onAxis, x, (Self.bottom + 20).inDrawing, anchor: "middle"),
            ]
        }
        let horizontals = up.ticks(5).flatMap { tick in
            let y = up.position(tick)
            return [
                line("grid", (Self.left.inDrawing, y.inDrawing), (Self.right.inDrawing, y.inDrawing)),
                text(tick.onAxis, (Self.left - 10).inDrawing, (y + 4.5).inDrawing, anchor: "end"),
            ]
        }
        return verticals + horizontals + [
            text(
                "Adversary’s accuracy → more private", Self.right.inDrawing, (Self.bottom + 44).inDrawing, anchor: "end"
            ),
            text("Utility ↑", "0", (Self.top - 12).inDrawing, anchor: "start"),
        ]
    }

    /// Lines of equal U − P/P₀, a tenth apart.
    private var contours: [String] {
        (-9...9).flatMap { tenth -> [String] in
            let overall = Double(tenth) / 10
            func utility(at privacy: Double) -> Double { overall + privacy / originalPrivacy }
            func privacy(at utility: Double) -> Double { (utility - overall) * originalPrivacy }
            // From the lower right to where the line leaves the frame.
            let low = max(across.domain.lowerBound, privacy(at: up.domain.lowerBound))
            let high = min(across.domain.upperBound, privacy(at: up.domain.upperBound))
            guard low < high - 1e-9 else { return [] }
            let first = (across.position(low), up.position(utility(at: low)))
            let second = (across.position(high), up.position(utility(at: high)))
            let contour = line(
                "contour", (first.0.inDrawing, first.1.inDrawing), (second.0.inDrawing, second.1.inDrawing))
            // Lines that leave the frame elsewhere, or beside a title, go without one.
            guard abs(second.1 - Self.top) < 0.5, Self.left + 30..<Self.right - 60 ~= second.0 else { return [contour] }
            return [contour, text(overall.onAxis, second.0.inDrawing, (Self.top - 7).inDrawing, anchor: "middle")]
        } + [text("Overall", Self.right.inDrawing, (Self.top - 7).inDrawing, anchor: "end")]
    }

    private var path: String {
        let iterations = points.filter { $0.row.kind != .baseline }.map(place)
        return "<polyline class=\"path\" points=\""
            + iterations.map { "\($0.x.inDrawing),\($0.y.inDrawing)" }.joined(separator: " ") + "\"/>"
    }

    private var spreads: [String] {
        points.flatMap { point -> [String] in
            let (x, y) = place(point)
            var lines: [String] = []
            func clamp(_ value: Double, _ domain: ClosedRange<Double>) -> Double {
                min(max(value, domain.lowerBound), domain.upperBound)
            }
            if let interval = point.privacy.interval {
                let ends = [interval.lowerBound, interval.upperBound].map { across.position(clamp($0, across.domain)) }
                lines.append(
                    line("spread \(point.row.kind)", (ends[0].inDrawing, y.inDrawing), (ends[1].inDrawing, y.inDrawing))
                )
            }
            if let interval = point.utility.interval {
                let ends = [interval.lowerBound, interval.upperBound].map { up.position(clamp($0, up.domain)) }
                lines.append(
                    line("spread \(point.row.kind)", (x.inDrawing, ends[0].inDrawing), (x.inDrawing, ends[1].inDrawing))
                )
            }
            return lines
        }
    }
}

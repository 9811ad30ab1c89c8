extension PrivacyUtilityPlot {
    var marks: [String] {
        var labels = PlotLabels(
            frame: .init(
                x: Self.left, y: Self.top - 14, width: Self.right - Self.left, height: Self.bottom - Self.top + 14),
            marks: points.map(place))
        return points.map { point in
            let (x, y) = place(point)
            let label = labels.place(point.row.name, beside: (x, y))
            let overall = point.overall.map { ", overall \($0.inReport)" } ?? ""
            let tip =
                "\(point.row.name): accuracy \(point.privacy.value.inReport), utility \(point.utility.value.inReport)\(overall)"
            return "<g><title>\(tip.inHTML)</title>\(mark(point.row.kind, x, y))"
                + text(point.row.name, label.x.inDrawing, label.y.inDrawing, anchor: label.anchor, classes: "name halo")
                + "</g>"
        }
    }

    /// Shapes tell the kinds apart where colours do not.
    private func mark(_ kind: EvaluationSet.Method.Kind, _ x: Double, _ y: Double) -> String {
        switch kind {
        case .iteration: return "<circle class=\"mark iteration\" cx=\"\(x.inDrawing)\" cy=\"\(y.inDrawing)\" r=\"7\"/>"
        case .original:
            return
                "<rect class=\"mark original\" x=\"\((x - 6).inDrawing)\" y=\"\((y - 6).inDrawing)\" width=\"12\" height=\"12\" rx=\"2\"/>"
        case .baseline:
            let corners = [(0.0, -8.0), (8, 0), (0, 8), (-8, 0)].map { "\((x + $0).inDrawing),\((y + $1).inDrawing)" }
            return "<polygon class=\"mark baseline\" points=\"\(corners.joined(separator: " "))\"/>"
        }
    }

    func line(_ classes: String, _ first: (String, String), _ second: (String, String)) -> String {
        "<line class=\"\(classes)\" x1=\"\(first.0)\" y1=\"\(first.1)\" x2=\"\(second.0)\" y2=\"\(second.1)\"/>"
    }

    func text(_ content: String, _ x: String, _ y: String, anchor: String, classes: String = "") -> String {
        let list = classes.isEmpty ? "" : " class=\"\(classes)\""
        return "<text\(list) x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(content.inHTML)</text>"
    }
}

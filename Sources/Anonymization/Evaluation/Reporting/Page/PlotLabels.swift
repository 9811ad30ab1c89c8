/// Finds room for the names beside the marks of a plot.
struct PlotLabels {
    struct Box {
        let x: Double
        let y: Double
        let width: Double
        let height: Double

        func overlap(_ other: Box) -> Double {
            let width = min(x + self.width, other.x + other.width) - max(x, other.x)
            let height = min(y + self.height, other.y + other.height) - max(y, other.y)
            return width > 0 && height > 0 ? width * height : 0
        }
    }

    struct Label {
        let x: Double
        let y: Double
        let anchor: String
    }

    /// What names must not lie on.
    private var taken: [Box]
    private let frame: Box

    private static let characterWidth = 8.3
    private static let height = 16.0
    private static let distance = 11.0

    init(frame: Box, marks: [(x: Double, y: Double)]) {
        self.frame = frame
        taken = marks.map { Box(x: $0.x - 7, y: $0.y - 7, width: 14, height: 14) }
    }

    /// The place beside a mark where a name covers the least of what is there already.
    mutating func place(_ name: String, beside mark: (x: Double, y: Double)) -> Label {
        let width = Self.characterWidth * Double(name.count)
        let options: [(Label, Box)] = [
            ("start", 1.0, 0.0), ("start", 0.8, -1.0), ("start", 0.8, 1.0), ("end", -1, 0), ("end", -0.8, -1),
            ("end", -0.8, 1), ("middle", 0, -1.4), ("middle", 0, 1.4), ("start", 1.2, 1.8), ("start", 1.2, -1.8),
            ("end", -1.2, 1.8), ("end", -1.2, -1.8),
        ].map { anchor, across, down in
            let x = mark.x + across * Self.distance
            let y = mark.y + down * Self.distance
            let left = anchor == "start" ? x : anchor == "end" ? x - width : x - width / 2
            let box = Box(x: left, y: y - Self.height / 2, width: width, height: Self.height)
            return (Label(x: x, y: y + 4.5, anchor: anchor), box)
        }
        func cost(_ box: Box) -> Double {
            // Outside of the frame is worse than upon something.
            let outside = box.width * box.height - box.overlap(frame)
            return taken.reduce(3 * outside) { $0 + box.overlap($1) }
        }
        var best = options[0]
        for option in options.dropFirst() where cost(option.1) < cost(best.1) - 1e-6 { best = option }
        taken.append(best.1)
        return best.0
    }
}

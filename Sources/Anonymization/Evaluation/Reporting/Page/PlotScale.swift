import Foundation

/// Places numbers on an axis.
struct PlotScale {
    /// The numbers at the ends.
    let domain: ClosedRange<Double>
    /// Where the ends lie, in units of the drawing; the first may be the greater.
    let start: Double
    let end: Double

    func position(_ value: Double) -> Double {
        start + (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound) * (end - start)
    }

    /// Round numbers within the domain, about as many as asked for.
    func ticks(_ count: Int) -> [Double] {
        let step = Self.step(for: domain, count: count)
        let first = (domain.lowerBound / step - 1e-9).rounded(.up)
        let last = (domain.upperBound / step + 1e-9).rounded(.down)
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    /// The range with room at its ends, up to round numbers and within bounds.
    static func domain(
        _ values: [Double], least: Double, most: Double, minimumWidth: Double = 0.1
    ) -> ClosedRange<Double> {
        let (low, high) = (values.min() ?? least, values.max() ?? most)
        let room = max((high - low) * 0.08, (minimumWidth - (high - low)) / 2, 0)
        let range = max(low - room, least)...max(min(high + room, most), least + minimumWidth)
        let step = step(for: range, count: 5)
        return max(
            (range.lowerBound / step).rounded(.down) * step, least)...min(
                (range.upperBound / step).rounded(.up) * step, most)
    }

    private static func step(for range: ClosedRange<Double>, count: Int) -> Double {
        let rough = (range.upperBound - range.lowerBound) / Double(count)
        let magnitude = pow(10, (log10(rough)).rounded(.down))
        return [1, 2, 5, 10].map { $0 * magnitude }.first { $0 >= rough * 0.999 } ?? 10 * magnitude
    }
}

extension Double {
    /// A coordinate of a drawing.
    var inDrawing: String { String(format: "%.1f", self) }

    /// The number of a tick.
    var onAxis: String {
        let text = String(format: "%.2f", abs(self) < 0.005 ? 0 : self)
        let short = text.hasSuffix("0") ? String(text.dropLast()) : text
        return short.hasPrefix("-") ? "−" + short.dropFirst() : short
    }
}

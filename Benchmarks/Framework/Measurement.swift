import Foundation

/// One figure, with what it is held against.
struct Measurement: Codable {
    /// The case's name and what of it was measured.
    let name: String
    /// The median of the repeats.
    let value: Double
    /// The smallest and largest of the repeats, in `unit`.
    let smallest: Double
    let largest: Double
    /// GFLOP/s, GB/s, tokens/s, s, GB, tokens or %.
    let unit: String
    /// Seconds of one repeat, median; nil where the figure is no rate.
    var seconds: Double?
    /// What the machine could do at best, in the same unit.
    var limit: Limit?
    /// The limit as it was measured in the same run.
    var limitValue: Double?
    /// `value` over `limitValue`.
    var ratio: Double?

    /// A figure that is no rate.
    init(_ name: String, _ values: [Double], unit: String, limit: Limit? = nil) {
        self.name = name
        value = values.median
        smallest = values.min()!
        largest = values.max()!
        self.unit = unit
        self.limit = limit
    }

    /// Work done in a time.
    init(_ name: String, _ timing: Timing, _ work: Work, limit: Limit? = nil) {
        self.init(name, timing.seconds.map { work.amount / $0 }, unit: work.unit, limit: limit)
        seconds = timing.median
    }

    /// The figure with its limit's value and the ratio to it.
    func resolved(by limits: Limits) throws -> Measurement {
        guard let limit else { return self }
        var result = self
        result.limitValue = try limits.value(of: limit)
        result.ratio = result.limitValue.map { value / $0 }
        return result
    }
}

/// What is done in one repeat.
struct Work {
    let amount: Double
    let unit: String

    static func operations(_ count: Double) -> Work { Work(amount: count / 1e9, unit: "GFLOP/s") }
    /// Bytes that have to be read and written, each once.
    static func bytes(_ count: Int) -> Work { Work(amount: Double(count) / 1e9, unit: "GB/s") }
    static func tokens(_ count: Int) -> Work { Work(amount: Double(count), unit: "tokens/s") }
}

extension Measurement: CustomStringConvertible {
    var description: String {
        var line = name.padding(toLength: max(58, name.count + 1), withPad: " ", startingAt: 0)
        line += "\(value.shortText) \(unit)  (\(smallest.shortText) – \(largest.shortText))"
        if let seconds { line += "  \(seconds.timeText)" }
        if let limit, let limitValue, let ratio {
            line += "  \(String(format: "%.2f", ratio)) of \(limitValue.shortText), \(limit.name)"
        }
        return line
    }
}

extension Double {
    /// Three or four digits.
    var shortText: String {
        let size = abs(self)
        return String(format: size < 1 ? "%.3f" : size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", self)
    }

    /// Seconds, for people.
    var timeText: String {
        if self < 1e-3 { return String(format: "%.1f µs", self * 1e6) }
        return self < 1 ? String(format: "%.2f ms", self * 1e3) : String(format: "%.2f s", self)
    }
}

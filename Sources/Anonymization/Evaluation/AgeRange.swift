/// An age, or the ages from one to another.
struct AgeRange: Equatable {
    let lower: Int
    let upper: Int
    private var isNumber: Bool { lower == upper }

    /// Further apart than this, two numbers are different ages.
    private static let numberTolerance = 5
    /// The share of the shorter of two ranges that has to lie in the other.
    private static let leastOverlap = 0.75
    /// Numbers from here on are no ages.
    private static let oldest = 200

    /// The first one or two numbers in a text that can be ages; nil where there is none.
    init?(_ text: String) {
        let numbers = text.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }.filter { $0 < Self.oldest }
        guard let first = numbers.first else { return nil }
        let second = numbers.count > 1 ? numbers[1] : first
        lower = min(first, second)
        upper = max(first, second)
    }

    /// Whether both mean the same age: two numbers at most five years apart, a number within the other's range, or two
    /// ranges of which the shorter lies in the other by three quarters.
    func agrees(with other: AgeRange) -> Bool {
        switch (isNumber, other.isNumber) {
        case (true, true): return abs(lower - other.lower) <= Self.numberTolerance
        case (true, false): return other.lower <= lower && lower <= other.upper
        case (false, true): return lower <= other.lower && other.lower <= upper
        case (false, false):
            let overlap = max(0, min(upper, other.upper) - max(lower, other.lower))
            let shorter = min(upper - lower, other.upper - other.lower)
            return Double(overlap) / Double(shorter) >= Self.leastOverlap
        }
    }
}

/// The Jaro–Winkler similarity of two strings, from 0, nothing in common, to 1, the same.
///
/// Jaro's similarity counts Unicode scalars that both strings have at about the same place; Winkler's addition raises it for
/// a common beginning of up to four scalars where it is above 0.7 already (Winkler, "String comparator metrics and enhanced
/// decision rules in the Fellegi–Sunter model of record linkage", 1990).
enum JaroWinkler {
    /// What a common scalar at the beginning is worth.
    private static let prefixWeight = 0.1
    private static let longestPrefix = 4
    private static let boostThreshold = 0.7

    static func similarity(_ first: String, _ second: String) -> Double {
        let (first, second) = (Array(first.unicodeScalars), Array(second.unicodeScalars))
        let jaro = jaroSimilarity(first, second)
        guard jaro > boostThreshold else { return jaro }
        let prefix = zip(first, second).prefix(longestPrefix).prefix { $0 == $1 }.count
        return jaro + Double(prefix) * prefixWeight * (1 - jaro)
    }

    private static func jaroSimilarity(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Double {
        if first.isEmpty && second.isEmpty { return 1 }
        let window = max(max(first.count, second.count) / 2 - 1, 0)
        var isMatched = [Bool](repeating: false, count: second.count)
        var firstMatches: [Unicode.Scalar] = []
        for (index, scalar) in first.enumerated() {
            let (start, end) = (max(index - window, 0), min(index + window + 1, second.count))
            guard start < end else { continue }
            if let match = (start..<end).first(where: { !isMatched[$0] && second[$0] == scalar }) {
                isMatched[match] = true
                firstMatches.append(scalar)
            }
        }
        guard !firstMatches.isEmpty else { return 0 }
        let secondMatches = zip(second, isMatched).filter(\.1).map(\.0)
        let transpositions = zip(firstMatches, secondMatches).count { $0 != $1 } / 2
        let matches = Double(firstMatches.count)
        return
            (matches / Double(first.count) + matches / Double(second.count)
            + (matches - Double(transpositions)) / matches) / 3
    }
}

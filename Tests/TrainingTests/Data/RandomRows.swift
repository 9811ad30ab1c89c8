@testable import Training

/// Random rows that begin alike, in families and within them again.
func randomRows(_ count: Int, seed: UInt64, alphabet: Int = 3, longest: Int = 60) -> [TokenizedRow] {
    var generator = SplitMix(state: seed)
    var rows: [TokenizedRow] = []
    for line in 0..<count {
        var tokens: [Int32] = []
        if let earlier = rows.randomElement(using: &generator), Bool.random(using: &generator) {
            tokens = Array(earlier.tokens.prefix(Int.random(in: 0...earlier.tokens.count, using: &generator)))
        }
        let more = Int.random(in: tokens.isEmpty ? 1...longest : 0...longest, using: &generator)
        for _ in 0..<more { tokens.append(Int32.random(in: 0..<Int32(alphabet), using: &generator)) }
        rows.append(
            TokenizedRow(tokens: tokens, lossStart: Int.random(in: 0...tokens.count, using: &generator), line: line))
    }
    return rows
}

/// Random numbers that are the same in every run (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

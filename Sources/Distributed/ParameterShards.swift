import Diagnostics

/// Neighbouring elements of one parameter.
public struct ParameterPiece: Sendable, Equatable {
    /// The parameter's index.
    public let parameter: Int
    /// Its elements.
    public let range: Range<Int>

    /// - Parameters:
    ///   - parameter: the parameter's index.
    ///   - range: its elements.
    public init(parameter: Int, range: Range<Int>) {
        self.parameter = parameter
        self.range = range
    }
}

/// Which elements of which parameters each rank sums the gradients of, keeps the moments of, and updates.
///
/// The parameters are cut into buckets of neighbours, whose gradients are exchanged as soon as the backward pass has all of
/// them, and each bucket into slices of equal length, one for each rank.
public struct ParameterShards: Sendable, Equatable {
    /// More buckets leave less to be exchanged after the backward pass, in more messages.
    public static let bucketLimit = 8

    /// The elements of each parameter.
    public let counts: [Int]
    public let rankCount: Int
    /// The parameters of each bucket.
    public let buckets: [Range<Int>]
    /// For each bucket and each rank, the pieces of its slice, in their order.
    public let pieces: [[[ParameterPiece]]]

    /// - Parameters:
    ///   - counts: the elements of each parameter, at least one parameter.
    ///   - rankCount: how many ranks share them.
    public init(counts: [Int], rankCount: Int) {
        require(!counts.isEmpty && rankCount > 0, "ParameterShards: \(counts.count) parameters, \(rankCount) ranks")
        self.counts = counts
        self.rankCount = rankCount
        let total = counts.reduce(0, +)
        var buckets: [Range<Int>] = []
        var (first, taken) = (0, 0)
        for (index, count) in counts.enumerated() {
            taken += count
            guard taken * Self.bucketLimit >= total * (buckets.count + 1) || index == counts.count - 1 else { continue }
            buckets.append(first..<index + 1)
            first = index + 1
        }
        self.buckets = buckets
        pieces = buckets.map { Self.slices(of: $0, counts: counts, rankCount: rankCount) }
    }

    private static func slices(of bucket: Range<Int>, counts: [Int], rankCount: Int) -> [[ParameterPiece]] {
        let total = counts[bucket].reduce(0, +)
        var slices: [[ParameterPiece]] = Array(repeating: [], count: rankCount)
        var (rank, start) = (0, 0)
        for parameter in bucket {
            let range = start..<start + counts[parameter]
            start = range.upperBound
            var first = range.lowerBound
            while first < range.upperBound {
                let end = min(range.upperBound, total * (rank + 1) / rankCount)
                if first < end {
                    slices[rank].append(
                        ParameterPiece(
                            parameter: parameter, range: first - range.lowerBound..<end - range.lowerBound))
                }
                first = max(first, end)
                if first == total * (rank + 1) / rankCount, rank < rankCount - 1 { rank += 1 }
            }
        }
        return slices
    }

    /// All pieces of a rank, bucket after bucket.
    public func pieces(ofRank rank: Int) -> [ParameterPiece] { pieces.flatMap { $0[rank] } }

    /// The elements of all pieces of a rank.
    public func elementCount(ofRank rank: Int) -> Int { pieces(ofRank: rank).reduce(0) { $0 + $1.range.count } }
}

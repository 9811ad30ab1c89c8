import Distributed

/// Divides work over ranks so that the busiest has as little as possible: the largest part first, each to the rank that has
/// least so far (Graham, 1969).
///
/// - Parameters:
///   - costs: of the parts.
///   - rankCount: the ranks.
/// - Returns: for each rank its parts, in their order.
func balancedShares(_ costs: [Int], rankCount: Int) -> [[Int]] {
    var shares = [[Int]](repeating: [], count: rankCount)
    var loads = [Int](repeating: 0, count: rankCount)
    for part in costs.indices.sorted(by: { (-costs[$0], $0) < (-costs[$1], $1) }) {
        let rank = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) }!
        shares[rank].append(part)
        loads[rank] += costs[part]
    }
    return shares.map { $0.sorted() }
}

extension Communicator {
    /// This rank's share of streams that all ranks know.
    func share(of streams: [MicroBatch]) -> [MicroBatch] {
        balancedShares(streams.map(\.tokens.count), rankCount: rankCount)[rank].map { streams[$0] }
    }
}

extension StreamPlanner {
    /// The rows of a step that a rank computes, in micro-batches as large as the step's: whole families of rows that begin
    /// alike, where they share beginnings, and whole examples.
    ///
    /// Every rank plans the same shares, from the step's rows alone.
    func share(
        of microBatches: [[Int]], rows: [TokenizedRow], rank: Int, rankCount: Int
    ) -> [[Int]] {
        guard rankCount > 1, let size = microBatches.map(\.count).max() else { return microBatches }
        let indices = microBatches.flatMap { $0 }
        let parts = families(of: indices, rows)
        let own = balancedShares(parts.map(\.tokenCount), rankCount: rankCount)[rank].flatMap { parts[$0].places }
            .sorted()
        return stride(from: 0, to: own.count, by: size).map { start in
            own[start..<min(start + size, own.count)].map { indices[$0] }
        }
    }

    /// The places of examples that lie together, with the tokens they are computed with.
    private func families(of indices: [Int], _ rows: [TokenizedRow]) -> [(places: [Int], tokenCount: Int)] {
        stride(from: 0, to: indices.count, by: rowsPerExample).map { first in
            let places = Array(first..<first + rowsPerExample)
            return (places, places.reduce(0) { $0 + rows[indices[$1]].tokens.count })
        }
    }
}

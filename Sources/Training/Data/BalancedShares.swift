/// Divides parts over ranks so that the busiest has little more than its share: the largest part first, each to the rank
/// that has least so far (Graham, 1969).
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

import Testing

@testable import Distributed

@Suite("How ranks divide the parameters")
struct ParameterShardsTests {
    @Test(
        "every element belongs to one rank, in the order of the ranks within a bucket, in slices that differ by one at most",
        arguments: [[1], [7, 1, 1], [64, 64, 64, 64], Array(repeating: 13, count: 29), [100_003, 1, 5, 17, 2]],
        [1, 2, 3, 4, 7])
    func slices(counts: [Int], rankCount: Int) {
        let shards = ParameterShards(counts: counts, rankCount: rankCount)
        #expect(Array(shards.buckets.joined()) == Array(counts.indices) && shards.buckets.count <= 8)
        for (bucket, parameters) in shards.buckets.enumerated() {
            let slices = shards.pieces[bucket]
            let sizes = slices.map { $0.reduce(0) { $0 + $1.range.count } }
            #expect(sizes.max()! - sizes.min()! <= 1)
            let elements = slices.joined().flatMap { piece in piece.range.map { [piece.parameter, $0] } }
            #expect(elements == parameters.flatMap { parameter in (0..<counts[parameter]).map { [parameter, $0] } })
        }
        #expect((0..<rankCount).reduce(0) { $0 + shards.elementCount(ofRank: $1) } == counts.reduce(0, +))
    }

    @Test("parameters of equal size make eight buckets of equal size")
    func buckets() {
        let shards = ParameterShards(counts: Array(repeating: 1000, count: 64), rankCount: 2)
        #expect(shards.buckets.map(\.count) == Array(repeating: 8, count: 8))
    }
}

import Tensors
import Testing

@Suite struct ShuffleTests {
    @Test("the order is a fixed function of the key and the count")
    func fixedOrder() {
        let key = RandomKey(seed: 42)
        #expect(key.shuffledIndices(count: 8) == [5, 2, 0, 1, 7, 6, 4, 3])
        #expect(key.folding(1).shuffledIndices(count: 8) == [3, 0, 6, 4, 2, 1, 5, 7])
        #expect(key.shuffledIndices(count: 1) == [0])
        #expect(key.shuffledIndices(count: 0) == [])
    }

    @Test("every index comes once", arguments: [2, 3, 101, 1000])
    func permutation(count: Int) {
        #expect(RandomKey(seed: 7).shuffledIndices(count: count).sorted() == Array(0..<count))
    }

    @Test("all orders are equally likely")
    func uniformity() {
        var counts: [[Int]: Int] = [:]
        let draws = 6000
        for part in 0..<draws { counts[RandomKey(seed: 1).folding(part).shuffledIndices(count: 3), default: 0] += 1 }
        #expect(counts.count == 6)
        // Five standard deviations of a binomial count with probability 1/6.
        let deviation = (Double(draws) * 5 / 36).squareRoot()
        for count in counts.values { #expect(abs(Double(count) - Double(draws) / 6) < 5 * deviation) }
    }
}

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

    @Test("drawn indices are a fixed function of the key, as many as asked for, and all equally likely")
    func draws() {
        let key = RandomKey(seed: 42)
        let drawn = key.drawnIndices(count: 7001, below: 7)
        #expect(drawn.count == 7001 && drawn == key.drawnIndices(count: 7001, below: 7))
        // Number i does not depend on how many are drawn.
        #expect(key.drawnIndices(count: 3, below: 7) == Array(drawn.prefix(3)))
        #expect(drawn != key.folding(1).drawnIndices(count: 7001, below: 7))
        for index in 0..<7 {
            // Five standard deviations of a binomial count with probability 1/7.
            let deviation = (7001 * 6 / 49.0).squareRoot()
            #expect(abs(Double(drawn.count { $0 == index }) - 7001 / 7.0) < 5 * deviation)
        }
        #expect(key.drawnIndices(count: 0, below: 0).isEmpty && Set(key.drawnIndices(count: 5, below: 1)) == [0])
    }
}

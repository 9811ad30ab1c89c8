import Testing

@testable import Training

@Suite("Shares of a step")
struct RankShareTests {
    private func shares(
        _ planner: StreamPlanner, _ microBatches: [[Int]], _ rows: [TokenizedRow], rankCount: Int
    ) -> [[[Int]]] {
        (0..<rankCount).map { planner.share(of: microBatches, rows: rows, rank: $0, rankCount: rankCount) }
    }

    private func row(_ tokens: [Int32]) -> TokenizedRow { TokenizedRow(tokens: tokens, lossStart: 1, line: 1) }

    @Test(
        "the ranks have every row once, whole examples, in micro-batches no larger than the step's",
        arguments: [1, 2, 3, 4, 7], [1, 2])
    func partition(rankCount: Int, rowsPerExample: Int) {
        for seed in 0..<20 as Range<UInt64> {
            let rows = randomRows(24, seed: seed)
            let microBatches = [[4, 5, 0, 1, 22, 23], [2, 3, 8, 9, 10, 11], [6, 7]]
            for sharing in [false, true] {
                let planner = StreamPlanner(packing: true, sharing: sharing, rowsPerExample: rowsPerExample)
                let shares = shares(planner, microBatches, rows, rankCount: rankCount)
                #expect(shares.joined().joined().sorted() == microBatches.joined().sorted())
                #expect(shares.joined().allSatisfy { (1...6).contains($0.count) })
                guard rowsPerExample == 2 else { continue }
                for batch in shares.joined() {
                    #expect(batch.filter { $0 % 2 == 0 }.map { $0 + 1 } == batch.filter { $0 % 2 == 1 })
                }
            }
            let alone = StreamPlanner(packing: true, sharing: true, rowsPerExample: rowsPerExample)
            #expect(shares(alone, microBatches, rows, rankCount: 1) == [microBatches])
        }
    }

    @Test("ranks are balanced by tokens, not by rows")
    func balance() {
        let lengths = [900, 100, 100, 100, 100, 100, 100, 100, 100, 100]
        let rows = lengths.enumerated().map { index, length in row(Array(repeating: Int32(index), count: length)) }
        let planner = StreamPlanner(packing: true, sharing: false)
        let shares = shares(planner, [Array(rows.indices)], rows, rankCount: 2)
        #expect(shares == [[[0]], [[1, 2, 3, 4, 5, 6, 7, 8, 9]]])
    }

    @Test("tokens that carry loss count for what the head takes")
    func lossTokens() {
        // Of equal length, but two of them carry loss on every token.
        let rows = (0..<4).map {
            TokenizedRow(tokens: Array(repeating: Int32($0), count: 100), lossStart: $0 < 2 ? 0 : 100, line: 1)
        }
        var planner = StreamPlanner(packing: true, sharing: false, lossTokenCost: 0.5)
        let shares = shares(planner, [[0, 1, 2, 3]], rows, rankCount: 2)
        #expect(shares == [[[0, 2]], [[1, 3]]])
        planner.lossTokenCost = 2
        #expect(self.shares(planner, [[0, 1, 2]], Array(rows[1...]), rankCount: 2) == [[[0]], [[1, 2]]])
    }

    @Test("rows that begin alike stay on one rank, unless that rank would have much more to compute")
    func families() {
        func family(_ token: Int32, _ count: Int, beginning: Int, ending: Int) -> [TokenizedRow] {
            (0..<count).map { index in
                row(
                    Array(repeating: token, count: beginning)
                        + Array(repeating: 100 * token + Int32(index), count: ending))
            }
        }
        let planner = StreamPlanner(packing: true, sharing: true)
        let two = family(1, 3, beginning: 100, ending: 20) + family(2, 3, beginning: 100, ending: 20)
        #expect(shares(planner, [[0, 3, 1, 4, 2, 5]], two, rankCount: 2) == [[[0, 1, 2]], [[3, 4, 5]]])
        let one = family(1, 8, beginning: 100, ending: 50)
        let shares = shares(planner, [Array(0..<8)], one, rankCount: 2)
        #expect(shares.map { $0.joined().count } == [4, 4])
    }

    @Test("with fewer examples than ranks some have nothing")
    func few() {
        let rows = [row([1, 2, 3]), row([4, 5])]
        let planner = StreamPlanner(packing: true, sharing: true)
        #expect(shares(planner, [[0], [1]], rows, rankCount: 3) == [[[0]], [[1]], []])
    }
}

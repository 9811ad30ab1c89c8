import Tensors
import Testing

@testable import Training

@Suite("Micro-batches")
struct MicroBatchTests {
    private let dataset = TokenizedDataset(
        path: "t.jsonl",
        rows: [
            TokenizedRow(tokens: [10, 11, 12, 13], lossStart: 2, line: 1),
            TokenizedRow(tokens: [20, 21], lossStart: 1, line: 2),
            TokenizedRow(tokens: [30, 31, 32], lossStart: 2, line: 3),
        ])

    @Test("rows lie end to end, and each target is predicted from the token before it in its own row")
    func layout() {
        let batch = MicroBatch(rows: [2, 0, 1], of: dataset)
        #expect(batch.tokens == [30, 31, 32, 10, 11, 12, 13, 20, 21])
        #expect(
            batch.segments == [.init(start: 0, count: 3), .init(start: 3, count: 4), .init(start: 7, count: 2)])
        #expect(batch.lossPositions == [1, 4, 5, 7])
        #expect(batch.targets == [32, 12, 13, 21])
        #expect(batch.lossWeights == [1, 1, 1, 1])
        #expect(
            batch.rows == [
                .init(index: 2, tokenCount: 3, targets: [0..<1]), .init(index: 0, tokenCount: 4, targets: [1..<3]),
                .init(index: 1, tokenCount: 2, targets: [3..<4]),
            ])
        #expect(batch.plan == SegmentPlan(lengths: [3, 4, 2]))
    }

    @Test("a beginning in common lies there once, predicts each way on, and counts for every row that has loss on it")
    func shared() {
        let start: [Int32] = Array(1...16)
        let rows = [
            TokenizedRow(tokens: start + [50], lossStart: 16, line: 1),
            TokenizedRow(tokens: start + [60, 61], lossStart: 15, line: 2),
            TokenizedRow(tokens: start + [60, 61], lossStart: 17, line: 3),
            TokenizedRow(tokens: start, lossStart: 16, line: 4),
        ]
        let tree = PrefixTree(sharing: rows)
        let batch = MicroBatch(places: tree.rowOrder, of: tree, rows: rows, indices: [7, 8, 9, 10])
        #expect(batch.tokens == start + [50, 60, 61])
        #expect(
            batch.segments == [
                .init(start: 0, count: 16), .init(start: 16, count: 1, parent: 0),
                .init(start: 17, count: 2, parent: 0),
            ])
        #expect(batch.lossPositions == [14, 15, 15, 17])
        #expect(batch.targets == [16, 50, 60, 61])
        #expect(batch.lossWeights == [1, 1, 1, 2])
        #expect(
            batch.rows == [
                .init(index: 10, tokenCount: 16), .init(index: 7, tokenCount: 17, targets: [1..<2]),
                .init(index: 8, tokenCount: 18, targets: [0..<1, 2..<4]),
                .init(index: 9, tokenCount: 18, targets: [3..<4]),
            ])
        #expect(batch.rowTokenCount == 69 && batch.lossTokenCount == 5)
        #expect(batch.sum([1, 10, 100, 1000], of: batch.rows[2]) == 1101)
        let positions = batch.plan.positions
        #expect((0..<19).map { positions.int32[$0] } == Array(0..<16) + [16, 16, 17])
    }

    @Test("in random trees every row finds its tokens, positions and targets")
    func random() {
        for seed in 0..<80 {
            let rows = randomRows(1 + seed % 19, seed: UInt64(seed))
            let tree = PrefixTree(sharing: rows)
            let batch = MicroBatch(places: tree.rowOrder, of: tree, rows: rows, indices: Array(rows.indices))
            #expect(batch.tokens.count == tree.tokenCount)
            #expect(batch.targets.count <= batch.tokens.count)
            var weights: [Float] = Array(repeating: 0, count: batch.targets.count)
            let positions = batch.plan.positions
            for row in batch.rows {
                let tokens = rows[row.index].tokens
                let places = self.places(ofRow: row.index, in: batch, tree)
                #expect(places.map { batch.tokens[$0] } == tokens)
                #expect(places.map { Int(positions.int32[$0]) } == Array(tokens.indices))
                let targets = row.targets.flatMap(Array.init)
                let lossStart = rows[row.index].lossStart
                #expect(targets.map { batch.targets[$0] } == Array(tokens.dropFirst(lossStart)))
                #expect(
                    targets.map { Int(batch.lossPositions[$0]) }
                        == Array(places[max(0, lossStart - 1)...].prefix(targets.count)))
                for target in targets { weights[target] += 1 }
            }
            #expect(weights == batch.lossWeights && weights.allSatisfy { $0 > 0 })
            #expect(batch.lossTokenCount == rows.reduce(0) { $0 + $1.lossTokenCount })
        }
    }

    /// The indices in the stream of a row's tokens: those of the one path of segments that spells the row.
    private func places(ofRow row: Int, in batch: MicroBatch, _ tree: PrefixTree) -> [Int] {
        // A stream of all rows has the nodes of the tree in the tree's own order.
        tree.path(ofRow: row).flatMap { node -> [Int] in
            let segment = batch.segments[node]
            return Array(segment.start..<segment.start + segment.count)
        }
    }
}

import Testing

@testable import Training

@Suite("The most tokens of a stream that rows share")
struct StreamLimitTests {
    private func limit(batchSize: Int, packing: Bool, _ lengths: [Int]) -> Int {
        var configuration = TrainConfiguration(model: .init(path: "model"), data: .init(train: "rows.jsonl"))
        configuration.training.perDeviceTrainBatchSize = batchSize
        configuration.data.packing = packing
        let rows = lengths.map { TokenizedRow(tokens: Array(repeating: 1, count: $0), lossStart: 1, line: 1) }
        return StreamPlanner(configuration, datasets: [TokenizedDataset(path: "", rows: rows)]).tokenLimit
    }

    @Test("as many of the longest rows as a micro-batch has, up to a full stream")
    func limits() {
        #expect(limit(batchSize: 1, packing: true, [500, 900, 700, 300]) == 900)
        #expect(limit(batchSize: 2, packing: true, [500, 900, 700, 300]) == 1600)
        #expect(limit(batchSize: 6, packing: true, [500, 900, 700, 300]) == 2048)
        #expect(limit(batchSize: 6, packing: false, [500, 900, 700, 300]) == 900)
    }

    @Test("no stream of a step is larger than the limit or than its longest row, whatever is accumulated")
    func bound() {
        for seed in 0..<40 {
            let rows = randomRows(24, seed: UInt64(seed), longest: 40 + 40 * (seed % 20))
            for batch in [1, 3, 8] {
                let limit = limit(batchSize: batch, packing: true, rows.map(\.tokens.count))
                let planner = StreamPlanner(packing: true, sharing: true, tokenLimit: limit)
                let microBatches = stride(from: 0, to: 24, by: batch).map { Array($0..<$0 + batch) }
                for stream in planner.streams(microBatches, of: rows) where stream.rows.count > 1 {
                    #expect(stream.tokens.count <= limit)
                }
            }
        }
    }
}

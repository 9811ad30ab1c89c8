import Testing

@testable import Training

@Suite("The largest streams of a run")
struct StreamCapacityTests {
    private func dataset(_ lengths: [Int], loss: Int) -> TokenizedDataset {
        TokenizedDataset(
            path: "",
            rows: lengths.map { TokenizedRow(tokens: Array(repeating: 1, count: $0), lossStart: $0 - loss, line: 1) })
    }

    @Test("as many of the longest rows as a micro-batch has, up to a full stream or the longest row")
    func tokens() {
        let datasets = [dataset([500, 900, 700, 300], loss: 20), dataset([800], loss: 100)]
        func capacity(_ rows: Int) -> [Int] {
            let capacity = StreamCapacity(rowsTogether: rows, sharing: false, datasets: datasets)
            return [capacity.tokens, capacity.lossTokens]
        }
        #expect(capacity(1) == [900, 100])
        #expect(capacity(2) == [1600, 100])
        #expect(capacity(6) == [2048, 100])
        let long = StreamCapacity(rowsTogether: 2, sharing: false, datasets: [dataset([3000, 10], loss: 9)])
        #expect(long.tokens == 3000)
    }

    @Test("sharing takes no more tokens, and loss may be on all of them")
    func sharing() {
        let datasets = [dataset([500, 900, 3000, 300], loss: 20)]
        let capacity = StreamCapacity(rowsTogether: 2, sharing: true, datasets: datasets)
        #expect(capacity.tokens == 3000 && capacity.lossTokens == 3000 && capacity.sharedTokens == 2048)
    }

    @Test("no stream of a step is larger, with sharing or without, whatever is accumulated")
    func bound() {
        for seed in 0..<40 {
            let dataset = TokenizedDataset(
                path: "", rows: randomRows(24, seed: UInt64(seed), longest: 40 + 40 * (seed % 20)))
            for (batch, sharing) in [(1, true), (3, true), (3, false), (8, true)] {
                let capacity = StreamCapacity(rowsTogether: batch, sharing: sharing, datasets: [dataset])
                let planner = StreamPlanner(packing: true, sharing: sharing, tokenLimit: capacity.sharedTokens)
                let microBatches = stride(from: 0, to: 24, by: batch).map { Array($0..<$0 + batch) }
                for stream in planner.streams(microBatches, of: dataset.rows) {
                    #expect(stream.tokens.count <= capacity.tokens && stream.targets.count <= capacity.lossTokens)
                }
            }
        }
    }
}

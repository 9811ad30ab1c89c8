import Testing

@testable import Training

@Suite("Streams of a step")
struct StreamPlannerTests {
    /// Rows of one token repeated, so that rows of different tokens have nothing in common.
    private func rows(_ rows: (token: Int32, count: Int)...) -> [TokenizedRow] {
        rows.map { TokenizedRow(tokens: Array(repeating: $0.token, count: $0.count), lossStart: 1, line: 1) }
    }

    /// Rows of a common beginning and an ending of their own.
    private func family(_ count: Int, beginning: Int, ending: Int, token: Int32 = 1) -> [TokenizedRow] {
        (0..<count).map { index in
            TokenizedRow(
                tokens: Array(repeating: token, count: beginning)
                    + Array(repeating: 1000 * token + Int32(index), count: ending),
                lossStart: beginning, line: index)
        }
    }

    private func members(_ streams: [MicroBatch]) -> [[Int]] { streams.map { $0.rows.map(\.index) } }

    @Test("without sharing, packing fills streams in order, and a longer row is a stream of its own")
    func packing() {
        let rows = rows((1, 1000), (2, 1048), (3, 1), (4, 3000), (5, 2), (6, 3))
        let packed = StreamPlanner(packing: true, sharing: false).streams([[0, 1, 2], [3, 4], [5]], of: rows)
        #expect(members(packed) == [[0, 1], [2], [3], [4], [5]])
        let apart = StreamPlanner(packing: false, sharing: false).streams([[0, 1, 2], [3, 4], [5]], of: rows)
        #expect(members(apart) == [[0], [1], [2], [3], [4], [5]])
        let dataset = TokenizedDataset(path: "", rows: rows)
        #expect(packed[0] == MicroBatch(rows: [0, 1], of: dataset))
    }

    @Test("rows that begin alike lie together whatever micro-batch they are of, and only they do without packing")
    func grouping() {
        let rows = family(2, beginning: 40, ending: 5) + rows((9, 30)) + family(2, beginning: 40, ending: 5, token: 2)
        let steps = [[0, 3], [2, 1], [4]]
        let packed = StreamPlanner(packing: true, sharing: true).streams(steps, of: rows)
        #expect(members(packed) == [[0, 1, 3, 4, 2]])
        #expect(packed[0].tokens.count == 50 + 50 + 30)
        let apart = StreamPlanner(packing: false, sharing: true).streams(steps, of: rows)
        #expect(members(apart) == [[0, 1], [3, 4], [2]])
    }

    @Test("where nothing is saved the streams are those without sharing")
    func nothingShared() {
        let rows = family(2, beginning: 9, ending: 5) + rows((7, 20), (8, 30))
        for packing in [true, false] {
            let streams = [true, false].map {
                StreamPlanner(packing: packing, sharing: $0, tokenLimit: 50).streams([[1, 2], [0, 3]], of: rows)
            }
            #expect(streams[0] == streams[1])
        }
    }

    @Test("a stream holds no more than its limit, and begins again with what the next rows share")
    func limit() {
        let rows = family(8, beginning: 40, ending: 20)
        let planner = StreamPlanner(packing: true, sharing: true, tokenLimit: 100)
        let streams = planner.streams([Array(rows.indices)], of: rows)
        #expect(members(streams) == [[0, 1, 2], [3, 4, 5], [6, 7]])
        #expect(streams.map(\.tokens.count) == [100, 100, 80])
        #expect(planner.computedTokenCount([Array(rows.indices)], of: rows) == 280)
    }

    @Test("rows that fit together are not divided between streams")
    func families() {
        let rows = family(3, beginning: 40, ending: 5) + family(4, beginning: 40, ending: 5, token: 2)
        let streams = StreamPlanner(packing: true, sharing: true, tokenLimit: 100).streams(
            [Array(rows.indices)], of: rows)
        #expect(members(streams) == [[0, 1, 2], [3, 4, 5, 6]])
    }

    @Test("in random steps every row is computed once, within the limit, and no more than apart")
    func random() {
        for seed in 0..<80 {
            let rows = randomRows(1 + seed % 31, seed: UInt64(seed), longest: 90)
            let limit = 20 + seed * 7
            let microBatches = stride(from: 0, to: rows.count, by: 4).map { Array($0..<min($0 + 4, rows.count)) }
            for packing in [true, false] {
                let planner = StreamPlanner(packing: packing, sharing: true, tokenLimit: limit)
                let streams = planner.streams(microBatches, of: rows)
                #expect(streams.flatMap { $0.rows.map(\.index) }.sorted() == Array(rows.indices))
                let computed = streams.reduce(0) { $0 + $1.tokens.count }
                #expect(computed == planner.computedTokenCount(microBatches, of: rows))
                let total = rows.reduce(0) { $0 + $1.tokens.count }
                #expect(computed <= total)
                guard computed < total else { continue }
                #expect(streams.allSatisfy { $0.rows.count == 1 || $0.tokens.count <= limit })
            }
        }
    }

    @Test("the rows of an example lie in one stream, whatever they share with others and however long they are")
    func examples() {
        for seed in 0..<60 {
            let count = 2 * (1 + seed % 17)
            let rows = randomRows(count, seed: UInt64(seed), longest: 90)
            let microBatches = stride(from: 0, to: count, by: 6).map { Array($0..<min($0 + 6, count)) }
            for (packing, sharing) in [(true, true), (true, false), (false, true), (false, false)] {
                let planner = StreamPlanner(
                    packing: packing, sharing: sharing, tokenLimit: 20 + seed * 9, rowsPerExample: 2)
                let streams = planner.streams(microBatches, of: rows)
                let members = members(streams)
                #expect(members.flatMap { $0 }.sorted() == Array(rows.indices))
                for stream in members {
                    #expect(stream.allSatisfy { stream.contains($0 ^ 1) })
                    if !packing, !sharing { #expect(stream.count == 2) }
                }
                #expect(
                    streams.reduce(0) { $0 + $1.tokens.count } == planner.computedTokenCount(microBatches, of: rows))
            }
        }
    }

    @Test("pairs of one prompt lie together, and fill a stream up to its limit")
    func pairsOfOnePrompt() {
        let rows = family(6, beginning: 40, ending: 10) + family(2, beginning: 40, ending: 10, token: 2)
        let planner = StreamPlanner(packing: true, sharing: true, tokenLimit: 90, rowsPerExample: 2)
        #expect(
            members(planner.streams([[0, 1, 6, 7], [2, 3, 4, 5]], of: rows)) == [[0, 1, 2, 3], [4, 5], [6, 7]])
        let all = StreamPlanner(packing: true, sharing: false, rowsPerExample: 2).streams(ofAll: rows, batchSize: 3)
        #expect(members(all) == [[0, 1, 2, 3, 4, 5], [6, 7]])
    }

    @Test("a stream that rows share has no more tokens than the longest rows of a micro-batch, nor than a full one")
    func packedTokens() {
        let lengths = [500, 900, 700, 300]
        let dataset = TokenizedDataset(
            path: "",
            rows: lengths.map { TokenizedRow(tokens: Array(repeating: 1, count: $0), lossStart: 1, line: 1) })
        #expect([1, 2, 3, 9].map { StreamPlanner.packedTokens(batchSize: $0, dataset) } == [900, 1600, 2048, 2048])
        var configuration = TrainConfiguration(model: .init(path: ""), data: .init(train: ""))
        configuration.training.perDeviceTrainBatchSize = 2
        let planner = StreamPlanner(configuration, [dataset])
        #expect(planner == StreamPlanner(packing: true, sharing: true, tokenLimit: 1600))
        let pairs = TokenizedDataset(path: "", rows: dataset.rows, rowsPerExample: 2)
        #expect(StreamPlanner.packedTokens(batchSize: 1, pairs) == 1600)
        configuration.method = .dpo
        #expect(StreamPlanner(configuration, [pairs]).rowsPerExample == 2)
    }

    @Test("all rows come in micro-batches of one size, the last one short")
    func allRows() {
        let rows = rows((1, 30), (2, 30), (3, 30))
        let streams = StreamPlanner(packing: true, sharing: true).streams(ofAll: rows, batchSize: 2)
        #expect(members(streams) == [[0, 1], [2]])
    }
}

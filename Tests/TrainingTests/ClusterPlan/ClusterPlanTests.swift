import Testing

@testable import Training

@Suite("Plans of runs over many hosts")
struct ClusterPlanTests {
    /// Llama-3.1-8B: 13,631,488 adapter elements of 4 bytes are 54,525,952 bytes; a step of eight rows of 1,000 tokens; 100
    /// tokens/s a rank; 10 µs and 1 GB/s.
    private func plan(deviation: Double = 0) -> ClusterPlan {
        var plan = ClusterPlan(
            PlannedModel(.llama318B),
            ClusterWorkload(steps: [[Int](repeating: 1000, count: 8)], lossShare: 0.5, totalTokens: 8e6),
            ComputeRate(tokensPerSecond: 100, deviation: deviation, source: "given"), ClusterNetworkTests.network)
        plan.copyBandwidth = 1e9
        return plan
    }

    /// Values and moments: 12 bytes for each element, every 50 steps. Before that rank 0 collects the moments of the others.
    private func checkpoint(ranks: Double) -> Double {
        let moments = (ranks - 1) * (1e-5 + 109_051_904 / ranks / 1e9)
        return (moments + 12 * 13_631_488 / 1e9) / 50
    }

    @Test("the 8B student's adapter has 13,631,488 parameters and its base 5.6 GB")
    func model() {
        let model = PlannedModel(.llama318B)
        #expect(model.parameterCount == 13_631_488)
        // 6,979,321,856 elements of 4 bits and 8/64 + 32/64/256 more; twice 128,256 · 4,096 in bfloat16.
        #expect(model.weightBytes == 3_489_660_928 + 109_051_904 + 1_703_936 + 2_101_346_304)
    }

    @Test("one host computes and saves, nothing else")
    func alone() {
        let one = plan().prediction(hosts: 1)
        #expect(abs(one.stepSeconds - (80 + checkpoint(ranks: 1))) < 1e-9)
        #expect(plan(deviation: 0.02).prediction(hosts: 1).stragglerSeconds == 0)
        #expect(one.imbalanceSeconds == 0 && one.stragglerSeconds == 0 && one.exposedSeconds == 0)
        #expect(abs(one.days - 1000 * one.stepSeconds / 86_400) < 1e-9)
        let hours = 1000 * one.stepSeconds / 3600
        #expect(abs(one.kilowattHours - hours * 0.35) < 1e-9)
    }

    @Test("four hosts cover the sum of gradients by the backward pass, but not the return of the values")
    func four() {
        let four = plan().prediction(hosts: 4)
        let part: Double = 54_525_952 / 4 / 1e9
        let sum: Double = 3 * (8e-5 + part)
        let values: Double = 3 * (1e-5 + part)
        // The last of eight buckets of the sum, all of the values, and three small sums over two levels, up and down.
        let exposed: Double = sum / 8 + values + 12e-5
        #expect(abs(four.exposedSeconds - exposed) < 1e-12)
        #expect(abs(four.stepSeconds - (20 + exposed + checkpoint(ranks: 4))) < 1e-9)
        #expect(abs(four.efficiency - 20 / four.stepSeconds) < 1e-12)
    }

    @Test("a slow network is waited for, but for half of the last stream's time")
    func slowNetwork() {
        var plan = plan()
        plan.network.bandwidth = 1e6
        let part: Double = 54_525_952 / 2 / 1e6
        let (sum, values) = (8e-5 + part, 1e-5 + part)
        // The last stream of 2,048 tokens takes 20.48 s; its backward pass covers the sum until the last of eight buckets: 8.96 s.
        let exposed: Double = sum - 8.96 + values + 6e-5
        #expect(abs(plan.prediction(hosts: 2).exposedSeconds - exposed) < 1e-9)
    }

    @Test("eight rows keep eight ranks busy and no more, and three unevenly")
    func rows() {
        let (three, sixteen) = (plan().prediction(hosts: 3), plan().prediction(hosts: 16))
        let balanced = 80.0 / 3
        #expect(abs(three.computeSeconds - balanced) < 1e-9)
        #expect(abs(three.imbalanceSeconds - (30 - balanced)) < 1e-9)
        #expect(sixteen.busyRanks == 8 && sixteen.efficiency < 0.5)
        #expect(plan().text([sixteen]).contains("note: from 16 ranks on some have no row: a step has 8;"))
        #expect(!plan().text([three]).contains("note:"))
    }

    @Test("steps that grow with the ranks keep all of them busy")
    func growth() {
        var plan = plan()
        plan.rowsPerRank = 2
        let many = plan.prediction(hosts: 64)
        #expect(many.rowsPerStep == 128 && many.busyRanks == 64 && many.tokensPerStep == 128_000)
    }

    @Test("a step waits for the slowest rank")
    func stragglers() {
        let two = plan(deviation: 0.02).prediction(hosts: 2)
        #expect(abs(two.stragglerSeconds - 40 * 0.02 * 0.5641896) < 1e-5)
    }

    @Test("ranks of one host share the base and nothing else")
    func memory() {
        var plan = plan()
        plan.ranksPerHost = 2
        let prediction = plan.prediction(hosts: 2)
        let weights = plan.model.weightBytes
        #expect(prediction.layout.rankCount == 4)
        // Both have activations of their own; rank 0 alone has the copy that checkpoints are written from.
        #expect(prediction.bytesPerHost == 2 * prediction.bytesPerRank - weights - 12 * 13_631_488)
        #expect(prediction.bytesPerRank > weights && prediction.bytesPerRank < weights + 8 << 30)
    }

    @Test("rows of which only a mean is known lie evenly around it")
    func evenRows() {
        let workload = ClusterWorkload(rowCount: 4, meanTokens: 800, lossShare: 1, totalTokens: 1)
        #expect(workload.steps == [[500, 700, 900, 1100]])
        #expect(workload.tokensPerStep == 3200 && workload.longestRow == 1100)
    }
}

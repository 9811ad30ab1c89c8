import Testing

@testable import Training

@Suite("Models divided over hosts, on paper")
struct SplitPlanTests {
    /// Llama-3.1-70B on streams of one row of 2,000 tokens with loss on half; hosts of 10 TFLOP/s; 10 µs and 1 GB/s.
    private func plan(streams: Int) -> SplitPlan {
        SplitPlan(
            PlannedModel(.llama3170B), rows: [2000], lossShare: 0.5, streamCount: streams, operationsPerSecond: 1e13,
            network: ClusterNetworkTests.network)
    }

    /// 4 · 68,451,041,280 weights · 2,000 tokens, and attention: 6 · 2,000² · 8,192 · 80.
    private let layerSeconds: Double = (547_608_330_240_000 + 15_728_640_000_000) / 1e13
    /// 4 · 128,256 · 8,192 · 1,000.
    private let headSeconds: Double = 4_202_692_608_000 / 1e13

    @Test("a stream takes the arithmetic of its layers and of its head")
    func stream() {
        let seconds = plan(streams: 1).streamSeconds
        #expect(abs(seconds.layers - layerSeconds) < 1e-9 && abs(seconds.head - headSeconds) < 1e-9)
    }

    @Test("tensor: four sums a layer, one for the embedding and the head's half")
    func tensor() {
        let four = plan(streams: 3).prediction(.tensor, hosts: 4)
        // 2,000 tokens of 16,384 bytes, three quarters of them in three messages, twice.
        let part: Double = 2000 * 16_384 / 4 / 1e9
        let sum: Double = 6 * (1e-5 + part)
        let computed: Double = (layerSeconds + headSeconds) / 4
        let step: Double = 3 * (computed + 321.5 * sum)
        #expect(abs(four.stepSeconds - step) < 1e-6, "\(four.stepSeconds) \(step)")
        #expect(four.bytesPerTokenAndLayer == 4 * 2 * 0.75 * 16_384 && four.bubble == 0)
    }

    @Test("pipeline: the bubble is P − 1 of M + P − 1, and the last host has the head")
    func pipeline() {
        let four = plan(streams: 5).prediction(.pipeline, hosts: 4)
        #expect(four.bubble == 3.0 / 8)
        // 20 layers on each and the head on the last are slower than 21, 21, 21 and 17 with the head.
        let layer = layerSeconds / 80
        let even: Double = 20 * layer + headSeconds
        let shifted: Double = max(21 * layer, 17 * layer + headSeconds)
        let transfer: Double = 1e-5 + 65_536_000 / 1e9
        let step: Double = 8 * min(even, shifted) + 6 * transfer
        #expect(abs(four.stepSeconds - step) < 1e-6)
    }

    @Test("one host is the same however the model would be divided")
    func one() {
        let plan = plan(streams: 2)
        for division in SplitPlan.Division.allCases {
            let alone = plan.prediction(division, hosts: 1)
            let both: Double = 2 * (layerSeconds + headSeconds)
            #expect(abs(alone.stepSeconds - both) < 1e-9, "\(division)")
            #expect(abs(alone.efficiency - 1) < 1e-12 && alone.bytesPerTokenAndLayer == 0)
        }
    }

    @Test("divided memory falls with the hosts, and a whole model's does not")
    func memory() {
        let plan = plan(streams: 16)
        for division in [SplitPlan.Division.tensor, .pipeline] {
            let bytes = [2, 4, 8, 16].map { plan.prediction(division, hosts: $0).bytesPerHost }
            #expect(zip(bytes, bytes.dropFirst()).allSatisfy { $0 > $1 }, "\(division): \(bytes)")
        }
        #expect(plan.prediction(.whole, hosts: 16).bytesPerHost > plan.model.weightBytes)
    }

    @Test("a fast network is for tensors, a slow one for pipelines with many streams")
    func winners() {
        var plan = plan(streams: 64)
        plan.network = ClusterNetwork(name: "slow", latency: 4e-5, bandwidth: 1.17e8)
        #expect(
            plan.prediction(.pipeline, hosts: 8).stepSeconds < plan.prediction(.tensor, hosts: 8).stepSeconds)
        plan.network = ClusterNetwork(name: "fast", latency: 2e-6, bandwidth: 2.4e10)
        plan.streamCount = 2
        #expect(
            plan.prediction(.tensor, hosts: 8).stepSeconds < plan.prediction(.pipeline, hosts: 8).stepSeconds)
    }
}

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
    private let layerSeconds = (4.0 * 68_451_041_280 * 2000 + 6 * 4e6 * 8192 * 80) / 1e13
    private let headSeconds = 4.0 * 128_256 * 8192 * 1000 / 1e13

    @Test("a stream takes the arithmetic of its layers and of its head")
    func stream() {
        let seconds = plan(streams: 1).streamSeconds
        #expect(abs(seconds.layers - layerSeconds) < 1e-9 && abs(seconds.head - headSeconds) < 1e-9)
    }

    @Test("tensor: four sums a layer, one for the embedding and the head's half")
    func tensor() {
        let four = plan(streams: 3).prediction(.tensor, hosts: 4)
        // 2,000 tokens of 16,384 bytes, three quarters of them in three messages, twice.
        let sum = 2 * 3 * (1e-5 + 2000 * 16_384 / 4 / 1e9)
        let step = 3 * ((layerSeconds + headSeconds) / 4 + (4 * 80 + 1.5) * sum)
        #expect(abs(four.stepSeconds - step) < 1e-6, "\(four.stepSeconds) \(step)")
        #expect(four.bytesPerTokenAndLayer == 4 * 2 * 0.75 * 16_384 && four.bubble == 0)
    }

    @Test("pipeline: the bubble is P − 1 of M + P − 1, and the last host has the head")
    func pipeline() {
        let four = plan(streams: 5).prediction(.pipeline, hosts: 4)
        #expect(four.bubble == 3.0 / 8)
        // 20 layers on each and the head on the last are slower than 21, 21, 21 and 17 with the head.
        let even = layerSeconds / 80 * 20 + headSeconds
        let shifted = max(layerSeconds / 80 * 21, layerSeconds / 80 * 17 + headSeconds)
        let transfer = 1e-5 + 2000 * 8192 * 4 / 1e9
        #expect(abs(four.stepSeconds - (8 * min(even, shifted) + 6 * transfer)) < 1e-6)
    }

    @Test("one host is the same however the model would be divided")
    func one() {
        let plan = plan(streams: 2)
        for division in SplitPlan.Division.allCases {
            let alone = plan.prediction(division, hosts: 1)
            #expect(abs(alone.stepSeconds - 2 * (layerSeconds + headSeconds)) < 1e-9, "\(division)")
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

import Signet

extension LlamaModel {
    /// Has the backward pass compute everything again, or nothing.
    ///
    /// - Returns: the peak that is predicted for a step over these streams, in bytes.
    func planMemory(of streams: [MicroBatch], isRecomputed: Bool) -> Int {
        let plan = MemoryPlan(
            for: self, tokens: streams.map(\.tokens.count).max() ?? 0,
            lossTokens: streams.map(\.targets.count).max() ?? 0, rowBytes: 0, budget: isRecomputed ? 0 : nil)
        recomputedLayers = plan.recomputedLayers
        return plan.peakBytes
    }
}

import Signet

extension LlamaModel {
    /// Has the backward pass compute everything again, or nothing.
    ///
    /// - Returns: the peak that is predicted for a step over these streams, in bytes.
    func planMemory(of streams: [MicroBatch], isRecomputed: Bool) -> Int {
        let adapterBytes = parameters.reduce(0) { $0 + 4 * $1.count }
        let plan = MemoryPlan(
            configuration, computeType: computeType,
            ranks: layers.map { layer in layer.projections.map { $0.adapter?.rank ?? 0 } }, hasDropout: false,
            weightBytes: weightBytes,
            load: MemoryPlan.Load(streams), savesCheckpoints: false,
            // The model is there already.
            processBytes: max(0, (MemoryUsage().residentBytes ?? 0) - weightBytes - adapterBytes),
            budget: isRecomputed ? 0 : nil)
        recomputation = plan.recomputation
        return plan.peakBytes
    }
}

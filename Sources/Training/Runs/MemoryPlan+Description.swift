import Models

extension MemoryPlan: CustomStringConvertible {
    /// The predicted peak, what makes it up, and what is computed again for it.
    public var description: String {
        let parts = [
            ("weights", weightBytes), ("adapter and optimizer", trainingStateBytes), ("checkpoint", checkpointBytes),
            ("activations", activationBytes), ("kernels", scratchBytes), ("program and data", processBytes),
        ].map { "\($0) \(ByteCount($1))" }
        return "predicted peak \(ByteCount(peakBytes)): \(parts.joined(separator: ", "))" + recomputationText + hostText
    }

    private var hostText: String {
        host.rankCount == 1
            ? "" : "; \(ByteCount(hostPeakBytes)) for the \(host.rankCount) ranks of the host together"
    }

    private var recomputationText: String {
        let names: [(LayerRecomputation, String)] = [
            (.projections, "queries, keys and values"), (.attention, "attention"), (.middle, "middle stream"),
            (.feedForward, "gate and up"),
        ]
        let texts = names.compactMap { part, name -> String? in
            let count = recomputation.filter { $0.contains(part) }.count
            return count == 0 ? nil : "\(name) of \(count) of \(recomputation.count) layers"
        }
        if texts.isEmpty { return "" }
        return "; recomputed in the backward pass: \(texts.joined(separator: ", ")), "
            + "\((addedOperations * 1000).rounded() / 10) % more arithmetic"
    }
}

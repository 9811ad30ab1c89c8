/// Supervised fine-tuning: the mean cross-entropy of the tokens that carry loss.
public struct SFTObjective: TrainingObjective {
    /// The objective has no settings.
    public init() {}

    /// The number of tokens that carry loss.
    public func divisors(of streams: [MicroBatch]) -> [Double] {
        [Double(streams.reduce(0) { $0 + $1.lossTokenCount })]
    }

    /// Every token counts as often as rows have it.
    public func share(of stream: MicroBatch, losses: [Float], divisors: [Double]) -> ObjectiveShare {
        ObjectiveShare(
            gradient: stream.lossWeights.map { Float(Double($0) / divisors[0]) },
            sums: [zip(losses, stream.lossWeights).reduce(0) { $0 + Double($1.0) * Double($1.1) }])
    }

    public func measures(sums: [Double], divisors: [Double]) -> ObjectiveMeasures {
        ObjectiveMeasures(loss: sums[0] / divisors[0])
    }
}

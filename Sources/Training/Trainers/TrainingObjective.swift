/// What a method minimises, as a function of the token losses of a step's rows.
///
/// A step's loss is made of sums over examples, each divided by a number that is known before any loss is: so a step may be
/// divided into streams and among ranks in any way, and accumulation never averages averages. Examples of several rows
/// come whole: all their rows lie in one stream.
public protocol TrainingObjective: Sendable {
    /// What the sums of some streams are to be divided by; those of several parts of a step are added up.
    func divisors(of streams: [MicroBatch]) -> [Double]

    /// A stream's part of the step.
    ///
    /// - Parameters:
    ///   - stream: whole examples; one without any, whose sums are zeros, where a rank has none.
    ///   - losses: the negative log-likelihood of each of the stream's targets, in nats.
    ///   - divisors: those of the whole step.
    func share(of stream: MicroBatch, losses: [Float], divisors: [Double]) -> ObjectiveShare

    /// What is known of a step, from its sums and its divisors.
    func measures(sums: [Double], divisors: [Double]) -> ObjectiveMeasures
}

/// A stream's part of a step.
public struct ObjectiveShare: Sendable, Equatable {
    /// The derivative of the step's loss by the loss of each target.
    public var gradient: [Float]
    /// Sums over the stream's examples, to be added up over the step.
    public var sums: [Double]

    /// - Parameters:
    ///   - gradient: the derivative of the step's loss by the loss of each target.
    ///   - sums: sums over the stream's examples.
    public init(gradient: [Float], sums: [Double]) {
        self.gradient = gradient
        self.sums = sums
    }
}

/// What is known of the loss of a step, or of an evaluation.
public struct ObjectiveMeasures: Sendable, Equatable {
    /// The loss, in nats.
    public var loss: Double
    /// Rewards and log-probabilities, where the examples are pairs.
    public var preference: MetricsRecord.Preference?

    /// - Parameters:
    ///   - loss: the loss, in nats.
    ///   - preference: rewards and log-probabilities, where the examples are pairs.
    public init(loss: Double, preference: MetricsRecord.Preference? = nil) {
        self.loss = loss
        self.preference = preference
    }
}

import Diagnostics
import Tensors

/// The sum over ranks of one step's gradients.
///
/// Each rank gets the sums of its pieces only, made in the order of the ranks, so that equal runs give equal bits. A bucket
/// is exchanged while the backward pass goes on with earlier layers; in float32 it is sent from where the gradients lie.
public final class GradientReduction {
    private let shards: ParameterShards
    private let communicator: any Communicator
    private let type: DType
    private var gradients: [Tensor?]
    /// Of each bucket, the parameters whose gradients are not complete yet.
    private var missing: [Int]
    private let bucketOf: [Int]
    private var exchanges: [BucketExchange] = []

    /// - Parameters:
    ///   - shards: of the parameters.
    ///   - type: what gradients are sent in: float32, or bfloat16, to which each rank rounds what it sends.
    public init(_ shards: ParameterShards, _ communicator: any Communicator, type: DType = .float32) {
        require(
            shards.rankCount == communicator.rankCount,
            "GradientReduction: shards of \(shards.rankCount) ranks, \(communicator.rankCount) ranks")
        self.shards = shards
        self.communicator = communicator
        self.type = type
        gradients = Array(repeating: nil, count: shards.counts.count)
        missing = shards.buckets.map(\.count)
        bucketOf = shards.buckets.indices.flatMap { bucket in shards.buckets[bucket].map { _ in bucket } }
    }

    /// Adds to the gradient of a parameter on this rank.
    ///
    /// - Parameters:
    ///   - gradient: float32, which belongs to the sum from now on.
    ///   - parameter: its index.
    ///   - isComplete: whether nothing more is added to it.
    public func add(_ gradient: Tensor, to parameter: Int, isComplete: Bool) {
        if gradients[parameter] == nil {
            gradients[parameter] = gradient
        } else {
            gradients[parameter]!.accumulate(gradient)
        }
        guard isComplete, shards.rankCount > 1 else { return }
        for exchange in exchanges { exchange.progress() }
        let bucket = bucketOf[parameter]
        missing[bucket] -= 1
        guard missing[bucket] == 0 else { return }
        exchanges.append(
            BucketExchange(shards.pieces[bucket], of: gradients, tag: bucket, communicator, type: type))
    }

    /// Waits for all ranks.
    ///
    /// - Returns: the gradients of all parameters, of which this rank's pieces are the sums over all ranks.
    public func finish() -> [Tensor] {
        let gradients = gradients.map { $0! }
        for exchange in exchanges { exchange.addUp(in: gradients) }
        exchanges = []
        return gradients
    }
}

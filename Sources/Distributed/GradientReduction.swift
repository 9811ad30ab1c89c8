import Diagnostics
import Tensors

/// The sum over ranks of one step's gradients.
///
/// Each rank gets the sums of its pieces only, made in the order of the ranks, so that equal runs give equal bits. A bucket
/// is exchanged while the backward pass goes on with earlier layers; it is sent from where the gradients lie.
public final class GradientReduction {
    private let shards: ParameterShards
    private let communicator: any Communicator
    private var gradients: [Tensor?]
    /// Of each bucket, the parameters whose gradients are not complete yet.
    private var missing: [Int]
    private let bucketOf: [Int]
    private var exchanges: [BucketExchange] = []

    public init(_ shards: ParameterShards, _ communicator: any Communicator) {
        require(
            shards.rankCount == communicator.rankCount,
            "GradientReduction: shards of \(shards.rankCount) ranks, \(communicator.rankCount) ranks")
        self.shards = shards
        self.communicator = communicator
        gradients = Array(repeating: nil, count: shards.counts.count)
        missing = shards.buckets.map(\.count)
        bucketOf = shards.buckets.indices.flatMap { bucket in shards.buckets[bucket].map { _ in bucket } }
    }

    /// Adds to the gradient of a parameter on this rank.
    ///
    /// - Parameter isComplete: whether nothing more is added to it.
    public func add(_ gradient: Tensor, to parameter: Int, isComplete: Bool) {
        if gradients[parameter] == nil {
            gradients[parameter] = gradient
        } else {
            gradients[parameter]!.accumulate(gradient)
        }
        guard isComplete, shards.rankCount > 1 else { return }
        for exchange in exchanges { exchange.pending.progress() }
        let bucket = bucketOf[parameter]
        missing[bucket] -= 1
        if missing[bucket] == 0 {
            exchanges.append(BucketExchange(bucket, gradients.map { $0 }, shards, communicator))
        }
    }

    /// Waits for all ranks.
    ///
    /// - Returns: the gradients of all parameters, of which this rank's pieces are the sums over all ranks.
    public func finish() -> [Tensor] {
        for exchange in exchanges { exchange.addUp(gradients.map { $0! }) }
        exchanges = []
        return gradients.map { $0! }
    }
}

/// One bucket under way.
private final class BucketExchange {
    private let pieces: [ParameterPiece]
    private let rank: Int
    /// The pieces of the other ranks, in their order.
    private let received: [Tensor]
    let pending: any PendingExchange

    init(_ bucket: Int, _ gradients: [Tensor?], _ shards: ParameterShards, _ communicator: any Communicator) {
        rank = communicator.rank
        let own = shards.pieces(ofBucket: bucket, rank: rank)
        pieces = own
        let count = own.reduce(0) { $0 + $1.range.count }
        let received = (1..<shards.rankCount).map { _ in Tensor.zeros([count]) }
        self.received = received
        var (sent, places): ([[UnsafeRawBufferPointer]], [[UnsafeMutableRawBufferPointer]]) = ([], [])
        for other in 0..<shards.rankCount {
            guard other != rank else {
                sent.append([])
                places.append([])
                continue
            }
            sent.append(
                shards.pieces(ofBucket: bucket, rank: other).map { piece in
                    gradients[piece.parameter]!.elements(piece.range).withUnsafeBytes { $0 }
                })
            let buffer = received[other < rank ? other : other - 1]
            var start = 0
            places.append(
                own.map { piece in
                    defer { start += piece.range.count }
                    return buffer.elements(start..<start + piece.range.count).withUnsafeMutableBytes { $0 }
                })
        }
        pending = communicator.exchange(sent, places, tag: bucket)
    }

    /// Waits for the other ranks' addends, and adds them up in this rank's pieces.
    func addUp(_ gradients: [Tensor]) {
        pending.wait()
        var start = 0
        for piece in pieces {
            let own = gradients[piece.parameter].elements(piece.range)
            let others = received.map { UnsafeRawPointer($0.float32 + start) }
            addInOrder(others, .float32, to: own, at: rank)
            start += piece.range.count
        }
    }
}

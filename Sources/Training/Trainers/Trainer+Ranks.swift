import Distributed
import Layers
import Models
import Tensors

extension Trainer {
    /// The gradients of this rank's streams, summed over all ranks in the pieces that this rank updates.
    func gradients(
        of streams: [MicroBatch], divisors: [Double]
    ) -> (gradients: [Tensor], shares: ObjectiveSums) {
        let reduction = GradientReduction(shards, communicator, type: gradientType)
        var shares = ObjectiveSums()
        for (index, stream) in streams.enumerated() {
            let losses = model.tokenLosses(stream, dropoutKey: dropoutKey.folding(optimizer.stepCount))
            let share = objective.share(of: stream, losses: losses.floats, divisors: divisors)
            shares.add(share)
            losses.forEachGradient(of: model.parameters, upstream: Tensor(share.gradient)) { parameter, gradient in
                reduction.add(gradient, to: parameter, isComplete: index == streams.count - 1)
            }
        }
        if streams.isEmpty {
            shares.add(objective.share(of: MicroBatch(), losses: [], divisors: divisors))
            for (index, parameter) in model.parameters.enumerated().reversed() {
                reduction.add(.zeros(parameter.shape), to: index, isComplete: true)
            }
        }
        return (reduction.finish(), shares)
    }

    /// Brings the elements that each rank has updated to all others.
    func shareParameters() {
        guard shards.rankCount > 1 else { return }
        let parameters = model.parameters
        let counts = (0..<shards.rankCount).map(shards.elementCount)
        // Ranks one after the other, and the pieces of each.
        let all = Tensor.zeros([counts.reduce(0, +)])
        var places: [(rank: Int, values: Tensor, parameter: Tensor)] = []
        var start = 0
        for rank in counts.indices {
            for piece in shards.pieces(ofRank: rank) {
                let end = start + piece.range.count
                places.append((rank, all.elements(start..<end), parameters[piece.parameter].elements(piece.range)))
                start = end
            }
        }
        for place in places where place.rank == communicator.rank { place.values.assign(place.parameter) }
        communicator.share(all, counts: counts)
        for place in places where place.rank != communicator.rank { place.parameter.assign(place.values) }
    }

    /// Every adapter takes part in the loss of the first step.
    func requireGradients(_ gradients: [Tensor]) throws(StepFailure) {
        var squares = [Double](repeating: 0, count: gradients.count)
        let pieces = optimizer.pieces?.map(\.parameter) ?? Array(gradients.indices)
        for (index, elements) in zip(pieces, optimizer.updatedElements(of: gradients)) {
            squares[index] += elements.sumOfSquares
        }
        squares = communicator.sum(squares)
        for (index, adapter) in model.adapters.enumerated() where squares[2 * index + 1] == 0 {
            throw .noGradient(module: adapter.module)
        }
    }

    /// The measures of some streams, without dropout and without changing anything.
    ///
    /// - Parameters:
    ///   - streams: all of them, the same on every rank; each is computed by one.
    ///   - objective: what is measured; nil for what the steps minimise.
    public func evaluate(_ streams: [MicroBatch], by objective: (any TrainingObjective)? = nil) -> ObjectiveMeasures {
        let objective = objective ?? self.objective
        let divisors = objective.divisors(of: streams)
        var shares = ObjectiveSums()
        let own = balancedShares(streams.map(\.tokens.count), rankCount: communicator.rankCount)[communicator.rank]
        if own.isEmpty { shares.add(objective.share(of: MicroBatch(), losses: [], divisors: divisors)) }
        for stream in own.map({ streams[$0] }) {
            let losses = noGradient { model.tokenLosses(stream) }
            shares.add(objective.share(of: stream, losses: losses.floats, divisors: divisors))
        }
        return objective.measures(sums: communicator.sum(shares.sums), divisors: divisors)
    }
}

/// The sums of shares.
struct ObjectiveSums {
    private(set) var sums: [Double] = []
    /// Whether any token's loss counts.
    private(set) var haveGradient = false

    mutating func add(_ share: ObjectiveShare) {
        sums = sums.isEmpty ? share.sums : zip(sums, share.sums).map { $0 + $1 }
        haveGradient = haveGradient || share.gradient.contains { $0 != 0 }
    }
}

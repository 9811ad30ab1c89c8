import Distributed
import Layers
import Models
import Tensors

extension Trainer {
    /// The gradients of this rank's streams, summed over all ranks in the pieces that this rank updates.
    func gradients(
        of streams: [MicroBatch], divisors: [Double]
    ) -> (gradients: [Tensor], shares: ObjectiveSums) {
        let reduction = GradientReduction(shards, communicator)
        var shares = ObjectiveSums()
        for (index, stream) in streams.enumerated() {
            let key = dropoutKey.folding(optimizer.stepCount).folding(communicator.rank).folding(index)
            let losses = model.tokenLosses(stream, dropoutKey: key)
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
        let counts = (0..<shards.rankCount).map(shards.elementCount)
        let all = Tensor.zeros([counts.reduce(0, +)])
        var start = 0
        for rank in counts.indices {
            for piece in shards.pieces(ofRank: rank) {
                let values = all.elements(start..<start + piece.range.count)
                if rank == communicator.rank { values.assign(model.parameters[piece.parameter].elements(piece.range)) }
                start += piece.range.count
            }
        }
        communicator.share(all, counts: counts)
        start = 0
        for rank in counts.indices {
            for piece in shards.pieces(ofRank: rank) {
                let values = all.elements(start..<start + piece.range.count)
                if rank != communicator.rank { model.parameters[piece.parameter].elements(piece.range).assign(values) }
                start += piece.range.count
            }
        }
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
        shares.add(objective.share(of: MicroBatch(), losses: [], divisors: divisors))
        for stream in communicator.share(of: streams) {
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

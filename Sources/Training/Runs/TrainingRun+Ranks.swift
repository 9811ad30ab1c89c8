import Distributed
import Models
import Tensors

/// An optimizer's state, of all ranks.
struct SavedMoments {
    var stepCount: Int
    /// For each parameter.
    var first: [[Float]]
    var second: [[Float]]
}

extension TrainingRun {
    /// Lets every rank begin where rank 0 does.
    ///
    /// - Parameter moments: the state that rank 0 has found, if any.
    mutating func takeState(_ moments: SavedMoments?) throws {
        guard communicator.rankCount > 1 else {
            if let moments {
                trainer.optimizer.restore(
                    stepCount: moments.stepCount, firstMoments: moments.first, secondMoments: moments.second)
            }
            return
        }
        let position = planner.position
        let counters = communicator.broadcast(
            [
                step, position.epoch, position.rowsTaken, totals.tokens, totals.lossTokens,
                moments == nil ? -1 : moments!.stepCount,
            ].map(Double.init)
        ).map { Int($0) }
        step = counters[0]
        planner = BatchPlanner(
            setup.configuration, rowCount: planner.rowCount,
            position: DataPosition(epoch: counters[1], rowsTaken: counters[2]))
        totals = RunTotals(tokens: counters[3], lossTokens: counters[4])
        if reference != nil { shareReference() }
        for parameter in setup.model.parameters { parameter.withUnsafeMutableBytes { communicator.broadcast($0) } }
        guard counters[5] >= 0 else { return }
        func pieces(_ values: [[Float]]?) -> [[Float]] {
            let whole = setup.model.parameters.indices.map { index in
                let all = values.map { Tensor($0[index]) } ?? .zeros([setup.model.parameters[index].count])
                all.withUnsafeMutableBytes { communicator.broadcast($0) }
                return all
            }
            return trainer.optimizer.updatedElements(of: whole).map(\.floats)
        }
        let (first, second) = (pieces(moments?.first), pieces(moments?.second))
        trainer.optimizer.restore(stepCount: counters[5], firstMoments: first, secondMoments: second)
    }

    /// The optimizer's state of all ranks; nil on all but rank 0.
    func collectMoments() -> SavedMoments? {
        let optimizer = trainer.optimizer
        guard communicator.rankCount > 1 else {
            return SavedMoments(
                stepCount: optimizer.stepCount, first: optimizer.firstMoments.map(\.floats),
                second: optimizer.secondMoments.map(\.floats))
        }
        let (first, second) = (collect(optimizer.firstMoments), collect(optimizer.secondMoments))
        guard let first, let second else { return nil }
        return SavedMoments(stepCount: optimizer.stepCount, first: first, second: second)
    }

    private func collect(_ moments: [Tensor]) -> [[Float]]? {
        let shards = trainer.shards
        let counts = (0..<shards.rankCount).map(shards.elementCount)
        guard let all = communicator.collect(Tensor(moments.flatMap(\.floats)), counts: counts) else { return nil }
        var values = shards.counts.map { [Float](repeating: 0, count: $0) }
        var start = 0
        for piece in counts.indices.flatMap(shards.pieces(ofRank:)) {
            values[piece.parameter].replaceSubrange(
                piece.range, with: all.elements(start..<start + piece.range.count).floats)
            start += piece.range.count
        }
        return values
    }
}

import Diagnostics
import Foundation
import Models
import Tensors

extension TrainingRun {
    /// Computes what is missing of a preference run's reference, and makes the run's objectives of it.
    ///
    /// - Returns: false where a stop signal came before it was done; what is computed by then is kept.
    /// - Throws: `InputError`.
    mutating func prepareObjectives() throws -> Bool {
        guard var reference else { return true }
        let missing = reference.missingRowCount(setup)
        if missing > 0 {
            reporter.note("reference: computing the log-probabilities of \(missing) rows, once")
            let isDone = try withStartValues(of: reference) { try compute(&reference) }
            try reference.store(in: folder.url)
            guard isDone else { return false }
        }
        self.reference = reference
        trainer.objective = objective(reference.training)
        evaluationObjective = reference.evaluation.map(objective)
        return true
    }

    private func objective(_ reference: ReferenceLogProbabilities) -> any TrainingObjective {
        let dpo = setup.configuration.dpo
        return DPOObjective(
            losses: dpo.pairLosses, sftWeight: dpo.sftWeight, beta: dpo.beta, reference: reference.values)
    }

    /// Runs `body` while the model holds the adapter as it stood at the start of the run.
    private func withStartValues<Result>(of reference: RunReference, _ body: () throws -> Result) rethrows -> Result {
        guard let start = reference.startValues else { return try body() }
        let parameters = setup.model.parameters
        let trained = parameters.map(\.floats)
        for (parameter, values) in zip(parameters, start) { parameter.overwrite(with: values) }
        defer { for (parameter, values) in zip(parameters, trained) { parameter.overwrite(with: values) } }
        return try body()
    }

    /// - Returns: whether all of it is done.
    private func compute(_ reference: inout RunReference) throws -> Bool {
        let saveSteps = setup.configuration.training.saveSteps
        for (index, step) in setup.firstEpoch.enumerated() where reference.training.lacks(step.rows) {
            for stream in setup.streams(of: step) {
                try add(stream, of: setup.trainingRows, to: &reference.training)
            }
            if (index + 1).isMultiple(of: saveSteps) { try reference.store(in: folder.url) }
            if StopSignal.signal != nil { return false }
        }
        guard var evaluation = reference.evaluation, evaluation.lacks(evaluation.values.indices) else { return true }
        for stream in setup.evaluationStreams! {
            try add(stream, of: setup.evaluationRows!, to: &evaluation)
            reference.evaluation = evaluation
            if StopSignal.signal != nil { return false }
        }
        return true
    }

    private func add(
        _ stream: MicroBatch, of dataset: TokenizedDataset, to reference: inout ReferenceLogProbabilities
    ) throws(InputError) {
        let losses = noGradient { setup.model.tokenLosses(stream) }.floats
        for row in stream.rows {
            let value = stream.logProbability(of: row, losses)
            guard value.isFinite else {
                throw InputError(
                    .data, at: "\(dataset.path):\(dataset.rows[row.index].line)",
                    "expected a finite log-probability under the reference, found \(value)")
            }
            reference.set(row.index, to: value)
        }
    }
}

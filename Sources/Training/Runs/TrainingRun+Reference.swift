import CheckpointIO
import Diagnostics
import Distributed
import Foundation
import Models
import Tensors

extension TrainingRun {
    /// What is known of a preference run's reference, before the model takes a checkpoint's adapter.
    ///
    /// - Parameter folder: the run's.
    mutating func loadReference(
        _ found: (url: URL, state: TrainingState)?, in folder: RunFolder
    ) throws -> RunReference {
        let folders = [folder.url] + (found.map { [$0.url.deletingLastPathComponent()] } ?? [])
        var problems: [String] = []
        let reference = try RunReference(setup, folders: folders, resumed: found) { problems.append($0) }
        for problem in problems { reporter.warn(problem) }
        return reference
    }

    /// Computes what is missing of a preference run's reference, and makes the run's objectives of it.
    ///
    /// - Returns: false where a stop signal came before it was done; what is computed by then is kept.
    /// - Throws: `InputError`.
    mutating func prepareObjectives() throws -> Bool {
        guard var reference else { return true }
        let missing = reference.missingRowCount(setup)
        if missing > 0 {
            reporter.note("reference: computing the log-probabilities of \(missing) rows, once")
            let trained = takeStartValues(of: reference)
            defer { if let trained { overwriteParameters(with: trained) } }
            let isDone = try compute(&reference)
            store(&reference)
            guard isDone else { return false }
            reporter.restartClock()
        } else {
            store(&reference)
        }
        reference.startValues = nil
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

    /// Lets the model hold the adapter as it stood at the start of the run, where it holds another.
    ///
    /// - Returns: what the model held; nil where it holds what it did.
    private func takeStartValues(of reference: RunReference) -> [[Float]]? {
        guard let start = reference.startValues else { return nil }
        let trained = setup.model.parameters.map(\.floats)
        overwriteParameters(with: start)
        return trained
    }

    private func overwriteParameters(with values: [[Float]]) {
        for (parameter, values) in zip(setup.model.parameters, values) { parameter.overwrite(with: values) }
    }

    /// Lets every rank know what rank 0 knows of the reference.
    mutating func shareReference() {
        guard var reference else { return }
        reference.training.take(communicator.broadcast(reference.training.values))
        if let values = reference.evaluation?.values { reference.evaluation!.take(communicator.broadcast(values)) }
        let hasStart = communicator.broadcast([reference.startValues == nil ? 0 : 1])[0] > 0
        if hasStart, reference.startValues == nil { reference.startValues = setup.model.parameters.map(\.floats) }
        self.reference = reference
    }

    /// Keeps what has been computed; where the disk refuses, it is written with the next save.
    private mutating func store(_ reference: inout RunReference) {
        guard let files else { return }
        do throws(InputError) { try reference.store(in: files.folder.url) } catch {
            reporter.warn("\(error); training goes on, and it is written with the next checkpoint")
        }
    }

    /// - Returns: whether all of it is done.
    private mutating func compute(_ reference: inout RunReference) throws -> Bool {
        let missing = setup.firstEpoch.filter { reference.training.lacks($0.rows) }
        let tenth = max(1, missing.count / 10)
        for (index, step) in missing.enumerated() {
            let isStopped = try add(
                setup.streams(of: step), rows: step.rows, of: setup.trainingRows, to: &reference.training)
            let done = index + 1
            if done.isMultiple(of: setup.configuration.training.saveSteps) { store(&reference) }
            if done.isMultiple(of: tenth), done < missing.count {
                reporter.note("reference: \(100 * done / missing.count) %")
            }
            if isStopped { return false }
        }
        guard var evaluation = reference.evaluation, evaluation.lacks(evaluation.values.indices) else { return true }
        // As many streams at a time as there are ranks.
        let streams = setup.evaluationStreams!
        for start in stride(from: 0, to: streams.count, by: communicator.rankCount) {
            let part = streams[start..<min(start + communicator.rankCount, streams.count)]
            let own = part.dropFirst(communicator.rank).prefix(1)
            let isStopped = try add(
                Array(own), rows: part.flatMap { $0.rows.map(\.index) }, of: setup.evaluationRows!, to: &evaluation)
            reference.evaluation = evaluation
            if isStopped { return false }
        }
        return true
    }

    /// Computes rows of which every rank has some in its streams.
    ///
    /// - Returns: whether a stop signal has come, on any rank.
    private func add(
        _ streams: [MicroBatch], rows: [Int], of dataset: TokenizedDataset,
        to reference: inout ReferenceLogProbabilities
    ) throws -> Bool {
        var own: [Int: Double] = [:]
        communicator.working {
            for stream in streams {
                let losses = noGradient { setup.model.tokenLosses(stream) }.floats
                for row in stream.rows { own[row.index] = stream.logProbability(of: row, losses) }
            }
        }
        let all = communicator.sum(rows.map { own[$0] ?? 0 } + [StopSignal.signal == nil ? 0 : 1])
        for (row, value) in zip(rows, all) {
            guard value.isFinite else {
                throw communicator.common(
                    InputError(
                        .data, at: "\(dataset.path):\(dataset.rows[row].line)",
                        "expected a finite log-probability under the reference, found \(value)"))
            }
            reference.set(row, to: value)
        }
        return all[rows.count] > 0
    }
}

import CheckpointIO
import Diagnostics
import Distributed
import Files
import Foundation
import Models
import Tensors

/// The reference of a preference run: what rewards are measured from.
///
/// It is the adapter as it stood at the start, so a resumed run takes the log-probabilities that the run began with: from
/// the file where they are kept, known by digests that the checkpoint holds. Only where that file is gone they are computed
/// again, and only from an adapter of the same digest; never from the one that has been trained.
///
/// Rewards begin at exactly 0, to the bit. A row's log-probability depends, in its last bits, on the stream it lies in,
/// where rows share beginnings. So the pass over the training rows computes the very streams that the steps of the first
/// epoch are going to take, and the pass over the evaluation rows those of the evaluations; recording for the backward
/// pass changes no bit, and both sum token losses with the same function. The key of a file holds all that lays streams
/// out, and the instruction set: one that was made otherwise is not used for a fresh run.
struct RunReference: Sendable {
    /// The names under which a checkpoint holds what the run began with.
    enum Name {
        static let adapter = "reference/adapter"
        static let layout = "reference/layout"
    }

    /// The digest of the adapter at the start of the run.
    let adapter: String
    /// The digest of how rows came into streams then.
    let layout: String
    var training: ReferenceLogProbabilities
    var evaluation: ReferenceLogProbabilities?
    /// The adapter's values at the start, where rows are still to be computed and the model is to hold others.
    var startValues: [[Float]]?

    static func trainingFile(in folder: URL) -> URL { folder.appendingPathComponent("reference.json") }
    static func evaluationFile(in folder: URL) -> URL { folder.appendingPathComponent("reference-eval.json") }

    /// - Parameters:
    ///   - setup: of the run, the model holding the adapter that the run begins with.
    ///   - folders: where files may be, the run's own folder first.
    ///   - resumed: the checkpoint to go on from and its file; nil at the beginning.
    ///   - warn: called with what is wrong with a file.
    /// - Throws: `InputError(.data)` where a run cannot go on because its reference is lost.
    init(
        _ setup: RunSetup, folders: [URL], resumed: (url: URL, state: TrainingState)?, warn: (String) -> Void
    ) throws {
        let present = setup.startAdapterDigest
        if let resumed {
            guard let adapter = resumed.state.texts[Name.adapter], let layout = resumed.state.texts[Name.layout] else {
                throw InputError(
                    .data, at: "\(resumed.url.path): \(Name.adapter)",
                    "expected the digest of the adapter that the run began with, found nothing")
            }
            (self.adapter, self.layout) = (adapter, layout)
        } else {
            (adapter, layout) = (present, setup.referenceLayout)
        }
        let (adapter, layout) = (adapter, layout)
        func load(_ dataset: TokenizedDataset, _ file: (URL) -> URL) -> ReferenceLogProbabilities {
            let key = ReferenceLogProbabilities.Key(
                model: setup.identity.model, adapter: adapter, rows: dataset.digest, layout: layout)
            var reference = ReferenceLogProbabilities(key, rowCount: dataset.rows.count)
            for folder in folders where reference.lacks(dataset.rows.indices) {
                if let problem = reference.load(file(folder), isOwn: folder == folders[0]) { warn(problem) }
            }
            return reference
        }
        training = load(setup.trainingRows, Self.trainingFile)
        evaluation = setup.evaluationRows.map { load($0, Self.evaluationFile) }
        guard let resumed, missingRowCount(setup) > 0 else { return }
        guard present == adapter else {
            throw InputError(
                .data, at: resumed.url.path,
                "expected \(Self.trainingFile(in: folders[0]).path) with the log-probabilities that the run began with, "
                    + "or the adapter it began with in lora.adapter_path; found neither, and the reference cannot be "
                    + "computed from another adapter")
        }
        startValues = setup.model.parameters.map(\.floats)
    }

    /// What a rank knows that does not read files: nothing yet.
    init(followerOf setup: RunSetup) throws { try self.init(setup, folders: [], resumed: nil) { _ in } }

    /// Rows that the run is going to need and whose log-probability is not known.
    func missingRowCount(_ setup: RunSetup) -> Int {
        let needed = setup.firstEpoch.flatMap(\.rows).count { training.lacks([$0]) }
        return needed + (evaluation.map { reference in reference.values.count { $0.isNaN } } ?? 0)
    }

    /// Writes what has been computed and no file has, or none has any more.
    ///
    /// - Parameter onlyWhereMissing: whether a copy of these values has been stored before.
    mutating func store(in folder: URL, onlyWhereMissing: Bool = false) throws(InputError) {
        func isNeeded(_ values: ReferenceLogProbabilities, _ file: URL) -> Bool {
            values.isChanged && !onlyWhereMissing || !FileManager.default.fileExists(atPath: file.path)
        }
        let (trainingFile, evaluationFile) = (Self.trainingFile(in: folder), Self.evaluationFile(in: folder))
        if isNeeded(training, trainingFile) { try training.store(trainingFile) }
        if let values = evaluation, isNeeded(values, evaluationFile) { try evaluation?.store(evaluationFile) }
    }
}

extension RunSetup {
    /// The steps of the run's first epoch, which visit every row that the run ever does.
    var firstEpoch: [PlannedStep] {
        var planner = planner
        return (0..<min(totalSteps, planner.stepsPerEpoch)).map { _ in planner.nextStep() }
    }

    /// The digest of the adapters' shapes and of the values that the model holds now.
    var startAdapterDigest: String {
        let stream = DigestStream()
        stream.update(identity.adapter)
        for parameter in model.parameters { parameter.withUnsafeBytes { stream.update($0) } }
        return stream.hex()
    }

    /// The digest of how rows come into streams, and of what computes them.
    var referenceLayout: String {
        let training = configuration.training
        let parts =
            [
                "\(streamPlanner)", "\(training.perDeviceTrainBatchSize)", "\(training.gradientAccumulationSteps)",
                configuration.data.shuffle ? "\(training.seed)" : "file order", Machine.instructionSet,
                Machine.bfloat16Path,
            ] + (communicator.rankCount > 1 ? ["\(communicator.rankCount) ranks"] : [])
        return Digest.of(text: parts.joined(separator: "\n"))
    }
}

extension TokenizedDataset {
    /// The digest of the rows' tokens and of where their loss begins.
    fileprivate var digest: String {
        let stream = DigestStream()
        for row in rows {
            stream.update(UInt64(row.lossStart))
            stream.update(UInt64(row.tokens.count))
            row.tokens.withUnsafeBytes { stream.update($0) }
        }
        return stream.hex()
    }
}

import CheckpointIO
import Diagnostics
import Foundation
import Layers
import Models
import Tensors

extension TrainingRun {
    /// The names of a checkpoint's arrays and counters.
    private enum Name {
        static let epoch = "data/epoch"
        static let rowsTaken = "data/rows_taken"
        static let optimizerSteps = "optimizer/steps"
        static let seed = "random/seed"
        static let tokens = "totals/tokens"
        static let lossTokens = "totals/loss_tokens"
        static let config = "config"
        static let result = "settings"

        static func adapter(_ module: String, _ side: String) -> String { "adapter/\(module).lora_\(side)" }
        static func firstMoment(_ parameter: String) -> String { "optimizer/first_moment/\(parameter)" }
        static func secondMoment(_ parameter: String) -> String { "optimizer/second_moment/\(parameter)" }
    }

    /// The parameters' names, in the order of the model's parameters.
    private var parameterNames: [String] {
        setup.model.adapters.flatMap { [Name.adapter($0.module, "A"), Name.adapter($0.module, "B")] }
    }

    /// Everything needed to go on from here bit for bit.
    ///
    /// Random numbers need no state of their own: dropout's depend on the seed and the step, the rows' order on the seed
    /// and the epoch.
    ///
    /// - Parameter moments: the optimizer's, of all ranks.
    private func state(_ moments: SavedMoments) -> TrainingState {
        let names = parameterNames
        var tensors: [NamedArray] = []
        func add(_ values: [[Float]], named name: (String) -> String) {
            for (index, parameter) in trainer.optimizer.parameters.enumerated() {
                tensors.append(NamedArray(name: name(names[index]), shape: parameter.shape, values: values[index]))
            }
        }
        add(trainer.optimizer.parameters.map(\.floats)) { $0 }
        add(moments.first, named: Name.firstMoment)
        add(moments.second, named: Name.secondMoment)
        var texts = [
            Name.config: setup.configuration.resolvedJSON, Name.result: setup.configuration.resultJSON,
        ]
        if let reference {
            texts[RunReference.Name.adapter] = reference.adapter
            texts[RunReference.Name.layout] = reference.layout
        }
        return TrainingState(
            step: step, tensors: tensors,
            counters: [
                Name.epoch: Int64(planner.position.epoch), Name.rowsTaken: Int64(planner.position.rowsTaken),
                Name.optimizerSteps: Int64(moments.stepCount), Name.seed: Int64(setup.configuration.training.seed),
                Name.tokens: Int64(totals.tokens), Name.lossTokens: Int64(totals.lossTokens),
            ],
            texts: texts, identity: setup.identity)
    }

    /// What a save writes, copied, so that training may go on meanwhile.
    ///
    /// - Parameter moments: the optimizer's, of all ranks.
    func save(_ moments: SavedMoments) -> RunSave {
        let state = state(moments)
        let values = state.tensors.prefix(2 * setup.model.adapters.count)
        let adapter = setup.model.adapters.enumerated().map { index, adapter in
            let (a, b) = (values[2 * index], values[2 * index + 1])
            return PEFTAdapter.Weights(
                module: adapter.module, a: a.values, aShape: a.shape, b: b.values, bShape: b.shape)
        }
        return RunSave(state: state, adapter: adapter, reference: reference)
    }

    /// Goes back to a checkpoint, but for the optimizer's state.
    ///
    /// - Returns: that state.
    /// - Throws: `InputError` where it is of something else or lacks a part.
    mutating func restore(_ state: TrainingState, from url: URL) throws -> SavedMoments {
        try requireSameIdentity(state.identity, as: setup.identity, in: url)
        if state.identity.config != setup.identity.config, let result = state.texts[Name.result] {
            let keys = try setup.configuration.keysDiffering(from: result, at: url.path)
            reporter.warn(
                "\(url.path) was made with other values of \(keys.joined(separator: ", ")); going on with those of this config"
            )
        }
        let arrays = Dictionary(state.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        func values(_ name: String, like tensor: Tensor) throws -> [Float] {
            guard let array = arrays[name], array.shape == tensor.shape else {
                throw InputError(
                    .data, at: "\(url.path): \(name)",
                    "expected shape \(tensor.shape), found \(arrays[name].map { "\($0.shape)" } ?? "nothing")")
            }
            return array.values
        }
        func counter(_ name: String) throws -> Int {
            guard let value = state.counters[name], value >= 0 else {
                throw InputError(
                    .data, at: "\(url.path): \(name)", "expected a count, found \(state.counters[name] as Any)")
            }
            return Int(value)
        }
        let names = parameterNames
        let parameters = trainer.optimizer.parameters
        var moments: [[[Float]]] = [[], []]
        var adapter: [[Float]] = []
        for (name, parameter) in zip(names, parameters) {
            adapter.append(try values(name, like: parameter))
            moments[0].append(try values(Name.firstMoment(name), like: parameter))
            moments[1].append(try values(Name.secondMoment(name), like: parameter))
        }
        let position = DataPosition(epoch: try counter(Name.epoch), rowsTaken: try counter(Name.rowsTaken))
        guard position.rowsTaken < planner.rowCount else {
            throw InputError(
                .data, at: "\(url.path): \(Name.rowsTaken)",
                "expected less than \(planner.rowCount), found \(position.rowsTaken)")
        }
        let saved = SavedMoments(
            stepCount: try counter(Name.optimizerSteps), first: moments[0], second: moments[1])
        for (parameter, values) in zip(parameters, adapter) { parameter.overwrite(with: values) }
        planner = BatchPlanner(setup.configuration, rowCount: planner.rowCount, position: position)
        totals = RunTotals(tokens: try counter(Name.tokens), lossTokens: try counter(Name.lossTokens))
        step = state.step
        return saved
    }
}

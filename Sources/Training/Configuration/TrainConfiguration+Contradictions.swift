import Diagnostics
import Files
import Layers

extension TrainConfiguration {
    /// Refuses settings that do not go together.
    ///
    /// - Parameters:
    ///   - root: the config as written.
    ///   - place: its place.
    /// - Throws: `InputError(.config)` naming the key that has to change.
    func refuseContradictions(in root: JSONValue, place: ConfigPlace) throws(InputError) {
        if training.maxSteps == nil, training.numTrainEpochs == 0 {
            try refuse(
                "training", "num_train_epochs", in: root, place, "a number above 0 where training.max_steps is null")
        }
        guard method == .dpo else { return }
        if let weights = dpo.lossWeights, weights.count != dpo.lossType.count {
            try refuse("dpo", "loss_weights", in: root, place, "as many weights as dpo.loss_type has losses")
        }
        if let weights = dpo.lossWeights, weights.allSatisfy({ $0 == 0 }) {
            try refuse("dpo", "loss_weights", in: root, place, "a weight above 0")
        }
        if dpo.labelSmoothing > 0 {
            let kinds = dpo.lossType.compactMap(\.pairLoss)
            if let kind = kinds.first(where: { !$0.takesLabelSmoothing }) {
                try refuse("dpo", "label_smoothing", in: root, place, "0 where dpo.loss_type is \"\(kind.rawValue)\"")
            }
            if kinds.isEmpty {
                try refuse("dpo", "label_smoothing", in: root, place, "0 where dpo.loss_type is \"sft\"")
            }
            if dpo.labelSmoothing == 0.5, kinds.contains(.robust) {
                try refuse(
                    "dpo", "label_smoothing", in: root, place, "a number below 0.5 where dpo.loss_type is \"robust\"")
            }
        }
    }

    /// Refuses the value of a key that stands in the config.
    private func refuse(
        _ section: String, _ key: String, in root: JSONValue, _ place: ConfigPlace, _ expected: String
    ) throws(InputError) {
        guard let value = root[section]?[key] else { return }
        throw place.inside(section).inside(key).mismatch(expected: expected, found: value)
    }
}

import Diagnostics
import Layers
import ModelFiles
import Tensors

extension LlamaModel {
    /// Attaches a fresh adapter to every projection the configuration targets, in place of those there were.
    ///
    /// - Parameter key: what A is drawn from.
    /// - Throws: `InputError` with `.config` where a target matches no projection or a pattern is no regular expression;
    ///   the model is unchanged then.
    public func attachAdapters(_ configuration: LoRAConfiguration, key: RandomKey) throws {
        let projections = projections
        let targeted = projections.filter { configuration.targets($0.name) }
        if let target = configuration.targetMatchingNothing(among: projections.map(\.name)) {
            let known = self.configuration.projectionShapes.map { String($0.name.split(separator: ".").last!) }
            throw InputError(
                .config, at: "lora.target_modules",
                "\"\(target)\" matches no projection of the model, which has \(known.joined(separator: ", "))")
        }
        if let (key, pattern) = configuration.malformedPattern {
            throw InputError(.config, at: "lora.\(key).\(pattern)", "expected a regular expression, found this")
        }
        replaceAdapters(
            with: targeted.enumerated().map { index, projection in
                LoRAAdapter(
                    module: projection.name, inputSize: projection.inputSize, outputSize: projection.outputSize,
                    configuration: configuration, index: index, key: key)
            })
    }

    /// Attaches the given adapters, each to the projection it names, in place of all there were.
    func replaceAdapters(with adapters: [LoRAAdapter]) {
        let byModule = Dictionary(uniqueKeysWithValues: adapters.map { ($0.module, $0) })
        for projection in projections { projection.adapter = byModule[projection.name] }
    }
}

extension LoRAConfiguration {
    /// The first target that none of the names match.
    func targetMatchingNothing(among names: [String]) -> String? {
        switch targets {
        case .allLinear: nil
        case .pattern(let pattern): names.contains(where: targets(_:)) ? nil : pattern
        case .modules(let modules):
            modules.first { module in
                var single = self
                single.targets = .modules([module])
                return !names.contains(where: single.targets(_:))
            }
        }
    }
}

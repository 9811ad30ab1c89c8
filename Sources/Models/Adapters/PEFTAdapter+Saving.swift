import Diagnostics
import Files
import Foundation
import Layers
import ModelFiles
import Tensors

extension PEFTAdapter {
    /// The values of one adapter, apart from the model.
    public struct Weights: Sendable {
        /// The projection it is on, such as `model.layers.0.self_attn.q_proj`.
        public let module: String
        /// A, [r, in], and B, [out, r], row-major.
        public let a, b: [Float]
        /// The extents of A and of B.
        public let aShape, bShape: [Int]

        /// - Parameters:
        ///   - module: the projection it is on.
        ///   - a: the elements of A, row-major.
        ///   - aShape: [r, in].
        ///   - b: the elements of B, row-major.
        ///   - bShape: [out, r].
        public init(module: String, a: [Float], aShape: [Int], b: [Float], bShape: [Int]) {
            self.module = module
            (self.a, self.aShape) = (a, aShape)
            (self.b, self.bShape) = (b, bShape)
        }
    }

    /// Writes a model's adapters as a folder that PEFT loads.
    ///
    /// Each file is replaced as a whole, the weights first.
    ///
    /// - Parameters:
    ///   - folder: made where it does not exist.
    ///   - configuration: what the adapters were made by.
    ///   - baseModel: what `base_model_name_or_path` says.
    /// - Throws: `InputError` with `.tryAgain` where the disk refuses.
    public static func save(
        _ model: LlamaModel, configuration: LoRAConfiguration, baseModel: String?, to folder: URL
    ) throws {
        let weights = model.adapters.map {
            Weights(module: $0.module, a: $0.a.floats, aShape: $0.a.shape, b: $0.b.floats, bShape: $0.b.shape)
        }
        try save(weights, configuration: configuration, baseModel: baseModel, to: folder)
    }

    /// The same of adapters that are apart from their model.
    public static func save(
        _ adapters: [Weights], configuration: LoRAConfiguration, baseModel: String?, to folder: URL
    ) throws {
        require(!adapters.isEmpty, "PEFTAdapter: the model has no adapters to save")
        try Folder.create(folder)
        let tensors = adapters.flatMap {
            [(tensorName($0.module, "A"), $0.a, $0.aShape), (tensorName($0.module, "B"), $0.b, $0.bShape)]
        }
        var writer = try SafetensorsWriter(
            folder.appendingPathComponent(weightsFileName),
            entries: tensors.map { .init(name: $0.0, dtype: .float32, shape: $0.2) })
        for (name, values, _) in tensors { try writer.append(values, to: name) }
        try writer.finish()
        let modules = Set(adapters.map { String($0.module.split(separator: ".").last!) }).sorted()
        let text = PEFTConfiguration(lora: configuration, baseModel: baseModel).text(modules: modules)
        try AtomicFile.write(
            Array(text.utf8), to: folder.appendingPathComponent(PEFTConfiguration.fileName).path)
    }
}

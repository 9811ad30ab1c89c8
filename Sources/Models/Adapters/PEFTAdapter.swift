import Diagnostics
import Foundation
import Layers
import ModelFiles
import Tensors

/// LoRA adapters in PEFT's folder:
/// ```
/// adapter_config.json
/// adapter_model.safetensors      metadata {"format": "pt"}
///   base_model.model.<module>.lora_A.weight   [r, in]
///   base_model.model.<module>.lora_B.weight   [out, r]
/// ```
/// where `<module>` is a projection's name, such as `model.layers.0.self_attn.q_proj`.
public enum PEFTAdapter {
    static let weightsFileName = "adapter_model.safetensors"

    /// The names of a folder's files.
    package static let fileNames = [PEFTConfiguration.fileName, weightsFileName]

    /// Whether a folder holds adapters.
    public static func isFolder(_ url: URL) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent(PEFTConfiguration.fileName).path)
    }

    static func tensorName(_ module: String, _ side: String) -> String {
        "base_model.model.\(module).lora_\(side).weight"
    }

    /// What a folder's adapters were made by, and what model they say they are for.
    ///
    /// - Throws: `InputError` with `.missingFile`, or with `.data` where a key asks for something that is not implemented.
    public static func configuration(of folder: URL) throws -> (lora: LoRAConfiguration, baseModel: String?) {
        let configuration = try PEFTConfiguration(folder.appendingPathComponent(PEFTConfiguration.fileName))
        return (configuration.lora, configuration.baseModel)
    }

    /// The weights of a folder's adapters, as they are stored.
    ///
    /// - Throws: `InputError` with `.missingFile` or `.data`.
    public static func weights(of folder: URL) throws -> SafetensorsFile {
        try SafetensorsFile(folder.appendingPathComponent(weightsFileName))
    }

    /// Attaches the adapters of a folder to a model's projections.
    ///
    /// - Parameters:
    ///   - folder: a folder PEFT or `save` has written.
    ///   - dropout: of further training.
    /// - Returns: the configuration the folder holds.
    /// - Throws: `InputError` with `.missingFile`, or with `.data` where a key asks for something that is not implemented,
    ///   where a targeted projection has no tensors, or where a tensor belongs to no projection or has another shape.
    ///   The model is unchanged then.
    @discardableResult
    public static func attach(_ folder: URL, to model: LlamaModel, dropout: Double = 0) throws -> LoRAConfiguration {
        var configuration = try PEFTConfiguration(folder.appendingPathComponent(PEFTConfiguration.fileName)).lora
        configuration.dropout = dropout
        let file = try weights(of: folder)
        var unused = Set(file.tensors.keys)
        let targeted = model.projections.filter { configuration.targets($0.name) }
        guard !targeted.isEmpty else {
            throw InputError(
                .data, at: "\(folder.path)/\(PEFTConfiguration.fileName): target_modules",
                "expected a name of the model's projections, found \(configuration.targets)")
        }
        let adapters = try targeted.enumerated().map { index, projection in
            let rank = configuration.rank(of: projection.name)
            let shapes = ["A": [rank, projection.inputSize], "B": [projection.outputSize, rank]]
            let sides = try ["A", "B"].map { side in
                let name = tensorName(projection.name, side)
                unused.remove(name)
                return try tensor(name, shape: shapes[side]!, in: file)
            }
            return LoRAAdapter(
                module: projection.name, a: sides[0], b: sides[1], scale: configuration.scale(of: projection.name),
                dropout: Float(dropout), index: index)
        }
        if let name = unused.min() {
            throw InputError(
                .data, at: "\(file.path): \(name)", "expected tensors of targeted projections only, found this one")
        }
        model.replaceAdapters(with: adapters)
        return configuration
    }

    private static func tensor(_ name: String, shape: [Int], in file: SafetensorsFile) throws -> Tensor {
        let entry = try file.entry(name)
        guard entry.shape == shape else {
            throw InputError(.data, at: "\(file.path): \(name)", "expected shape \(shape), found \(entry.shape)")
        }
        guard let dtype = entry.dtype.dtype, dtype.isFloatingPoint else {
            throw InputError(
                .data, at: "\(file.path): \(name)", "expected floating-point values, found \(entry.dtype.rawValue)")
        }
        let tensor = Tensor(copying: try file.bytes(of: name), shape: shape, dtype: dtype).converted(to: .float32)
        guard tensor.isFinite else {
            throw InputError(.data, at: "\(file.path): \(name)", "expected finite values, found NaN or infinity")
        }
        return tensor
    }
}

import Diagnostics
import Foundation
import ModelFiles
import Tensors

/// Writes a model's weights and configuration in bitsandbytes' serialized 4-bit form, tensor by tensor.
///
/// The seven projections of every layer are quantized exactly as `LlamaModel` does it while loading. Embedding, norms and
/// head are copied as they are stored; where a GGUF file holds an embedding or a head in blocks, they become bfloat16, as
/// they do when it is loaded to compute in bfloat16.
struct FourBitWeights {
    private let location: ModelLocation
    private let settings: QuantizationSettings
    private let reader: WeightReader
    /// The type of the weights that are not quantized.
    private let dtype: DType

    static let configurationName = "config.json"
    static let weightsName = "model.safetensors"
    /// Bytes that are copied at once.
    private static let chunkSize = 1 << 24

    /// - Throws: `InputError` with `.data` where the model is in 4 bits already or lacks its embedding.
    init(_ location: ModelLocation, _ settings: QuantizationSettings) throws {
        if let stored = location.quantization {
            throw InputError(
                .data, at: "\(location.url.path): quantization_config",
                "expected weights not yet quantized, found \(stored.quantType.rawValue)")
        }
        self.location = location
        self.settings = settings
        reader = WeightReader(source: location.weights, file: location.url.path)
        dtype = try location.weights.entry("model.embed_tokens.weight").encoding.dtype ?? .bfloat16
    }

    /// Writes `config.json` and `model.safetensors`.
    ///
    /// - Throws: `InputError` with `.data` where a weight is missing, has another shape or cannot be read, `.tryAgain`
    ///   where the disk is full.
    func write(to folder: URL) throws {
        let configuration = try location.configuration.huggingFaceJSON(
            dtype: dtype,
            quantization: BitsAndBytesConfiguration(
                quantType: QuantType(settings.type), usesDoubleQuantization: settings.doubleQuantized,
                computeDType: dtype))
        try AtomicFileWriter.replace(
            folder.appendingPathComponent(Self.configurationName), with: Array(configuration.utf8))
        let (projections, others) = (projections, others)
        var entries = try others.map { try entry(ofOther: $0.name, $0.shape) }
        for (name, shape) in projections { entries += try self.entries(ofProjection: name, shape) }
        var writer = try SafetensorsWriter(folder.appendingPathComponent(Self.weightsName), entries: entries)
        for (name, shape) in projections {
            let matrix = QuantizedMatrix(
                quantizing: try reader.float32(name, shape: shape), type: settings.type,
                blockSize: settings.blockSize, doubleQuantized: settings.doubleQuantized)
            try Serialized4Bit(matrix, dtype: storedType(name)).write(named: name, to: &writer)
        }
        for (name, shape) in others { try copy(name, shape, to: &writer) }
        try writer.finish()
    }

    private var projections: [(name: String, shape: [Int])] {
        (0..<location.configuration.layerCount).flatMap { layer in
            location.configuration.projectionShapes.map { ("model.layers.\(layer).\($0.name).weight", $0.shape) }
        }
    }

    private var others: [(name: String, shape: [Int])] {
        let configuration = location.configuration
        let matrix = [configuration.vocabularySize, configuration.hiddenSize]
        let vector = [configuration.hiddenSize]
        let norms = (0..<configuration.layerCount).flatMap { layer in
            ["input_layernorm", "post_attention_layernorm"].map { ("model.layers.\(layer).\($0).weight", vector) }
        }
        return [("model.embed_tokens.weight", matrix)] + norms + [("model.norm.weight", vector)]
            + (configuration.tiesWordEmbeddings ? [] : [("lm_head.weight", matrix)])
    }

    private func storedType(_ name: String) throws -> DType {
        let entry = try location.weights.entry(name)
        return entry.encoding.dtype ?? (entry.shape.count == 1 ? .float32 : .bfloat16)
    }

    private func entries(ofProjection name: String, _ shape: [Int]) throws -> [SafetensorsWriter.Entry] {
        Serialized4Bit.entries(
            named: name, shape: try reader.checked(name, shape), quantType: QuantType(settings.type),
            blockSize: settings.blockSize,
            nestedBlockSize: settings.doubleQuantized ? QuantizedMatrix.nestedBlockSize : nil,
            dtype: try storedType(name))
    }

    private func entry(ofOther name: String, _ shape: [Int]) throws -> SafetensorsWriter.Entry {
        let encoding = try location.weights.entry(name).encoding
        guard encoding.isFloatingPoint else {
            throw InputError(
                .data, at: "\(location.url.path): \(name)",
                "expected floating-point elements, found \(encoding.rawValue)")
        }
        return .init(name: name, dtype: try storedType(name), shape: try reader.checked(name, shape))
    }

    private func copy(_ name: String, _ shape: [Int], to writer: inout SafetensorsWriter) throws {
        if try location.weights.entry(name).encoding.dtype == nil {
            let values =
                shape.count == 1
                ? try reader.vector(name, count: shape[0]) : try reader.dense(name, shape: shape, blockType: .bfloat16)
            return try values.withUnsafeBytes { try writer.append($0, to: name) }
        }
        let bytes = try location.weights.bytes(name)
        for start in stride(from: 0, to: bytes.count, by: Self.chunkSize) {
            let chunk = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + Self.chunkSize, bytes.count)])
            try writer.append(chunk, to: name)
        }
        location.weights.release(name)
    }
}

extension ModelLocation {
    /// Writes the model's weights and `config.json` into a folder, the projections in bitsandbytes' 4-bit form.
    ///
    /// Loaded again, they compute what `LlamaModel` computes when it quantizes this model while loading; of a GGUF file
    /// whose embedding or head is in blocks, what it computes in bfloat16. Beyond the file's own mapping no more than one
    /// tensor is held.
    ///
    /// - Parameter folder: an existing folder.
    /// - Throws: `InputError` with `.data` where the model is in 4 bits already or a weight is missing or malformed,
    ///   `.tryAgain` where the disk is full.
    public func writeFourBitWeights(_ settings: QuantizationSettings, to folder: URL) throws {
        try FourBitWeights(self, settings).write(to: folder)
    }
}

extension QuantType {
    init(_ type: QuantizationType) {
        self =
            switch type {
            case .nf4: .nf4
            case .fp4: .fp4
            }
    }
}

extension Serialized4Bit {
    /// The parts of a quantized matrix.
    init(_ matrix: QuantizedMatrix, dtype: DType) {
        func bytes(_ tensor: Tensor) -> [UInt8] { tensor.withUnsafeBytes { Array($0) } }
        let absmax: Absmax =
            switch matrix.scales {
            case .plain(let scales): .float32(scales.floats)
            case .nested(let codes, let map, let nested, let offset, let blockSize):
                .nested(
                    codes: bytes(codes), absmax: nested.floats, quantMap: map.floats, blockSize: blockSize,
                    offset: offset)
            }
        self.init(
            quantType: QuantType(matrix.type), blockSize: matrix.blockSize, shape: matrix.shape, dtype: dtype,
            codes: bytes(matrix.codes), absmax: absmax, quantMap: matrix.type.values)
    }
}

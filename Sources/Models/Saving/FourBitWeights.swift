import Diagnostics
import Files
import Foundation
import ModelFiles
import Tensors

/// Writes a model's weights and configuration in bitsandbytes' serialized 4-bit form, tensor by tensor.
///
/// The seven projections of every layer are quantized exactly as `LlamaModel` does it while loading. Embedding, norms and
/// head are copied as they are stored where they share one type. Where they do not, as in GGUF files, they become float32,
/// which holds all of them exactly: transformers computes with such a folder only if they share a type.
struct FourBitWeights {
    private let location: ModelLocation
    private let settings: QuantizationSettings
    private let reader: WeightReader
    private let projections: [(name: String, shape: [Int])]
    /// Embedding, norms and head.
    private let others: [(name: String, shape: [Int])]
    /// The type of the weights that are not quantized.
    private let dtype: DType

    static let configurationName = "config.json"
    static let weightsName = "model.safetensors"
    /// Bytes, about, that are copied at once.
    private static let pieceByteCount = 16 << 20

    /// - Throws: `InputError` with `.data` where the model is in 4 bits already or lacks its embedding.
    init(_ location: ModelLocation, _ settings: QuantizationSettings) throws {
        if let stored = location.quantization {
            throw InputError(
                .data, at: "\(location.url.path): quantization_config",
                "expected weights not yet quantized, found \(stored.quantType.rawValue)")
        }
        self.location = location
        self.settings = settings
        projections = location.configuration.projectionWeights
        reader = WeightReader(location, order: projections.map(\.name))
        others = Self.others(of: location.configuration)
        let types = try Set(others.map { try Self.storedType(of: $0.name, in: location) })
        dtype = types.count == 1 ? types.first! : .float32
    }

    private static func storedType(of name: String, in location: ModelLocation) throws -> DType {
        let encoding = try location.weights.entry(name).encoding
        guard encoding.isFloatingPoint else {
            throw InputError(
                .data, at: "\(location.url.path): \(name)",
                "expected floating-point elements, found \(encoding.rawValue)")
        }
        return encoding.dtype ?? .float32
    }

    private static func others(of configuration: LlamaConfiguration) -> [(name: String, shape: [Int])] {
        let matrix = [configuration.vocabularySize, configuration.hiddenSize]
        let vector = [configuration.hiddenSize]
        let norms = (0..<configuration.layerCount).flatMap { layer in
            ["input_layernorm", "post_attention_layernorm"].map { ("model.layers.\(layer).\($0).weight", vector) }
        }
        return [("model.embed_tokens.weight", matrix)] + norms + [("model.norm.weight", vector)]
            + (configuration.tiesWordEmbeddings ? [] : [("lm_head.weight", matrix)])
    }

    /// Writes `config.json` and `model.safetensors`.
    ///
    /// - Throws: `InputError` with `.data` where a weight is missing, has another shape or cannot be read, `.tryAgain`
    ///   where the disk is full.
    func write(to folder: URL) throws {
        let configuration = try location.configuration.huggingFaceJSON(
            dtype: dtype,
            quantization: BitsAndBytesConfiguration(
                quantType: settings.type, usesDoubleQuantization: settings.doubleQuantized,
                computeDType: dtype))
        try AtomicFile.write(
            Array(configuration.utf8), to: folder.appendingPathComponent(Self.configurationName).path)
        var entries = try others.map {
            SafetensorsWriter.Entry(name: $0.name, dtype: dtype, shape: try reader.checked($0.name, $0.shape))
        }
        for (name, shape) in projections { entries += try self.entries(ofProjection: name, shape) }
        var writer = try SafetensorsWriter(
            folder.appendingPathComponent(Self.weightsName), entries: entries,
            alignment: SafetensorsWriter.lineByteCount)
        for (name, shape) in projections {
            let matrix = try reader.quantized(name, shape: shape, settings)
            let dtype = try Self.storedType(of: name, in: location)
            try Serialized4Bit(matrix, dtype: dtype).write(named: name, to: &writer)
        }
        for (name, _) in others { try copy(name, to: &writer) }
        try writer.finish()
    }

    private func entries(ofProjection name: String, _ shape: [Int]) throws -> [SafetensorsWriter.Entry] {
        Serialized4Bit.entries(
            named: name, shape: try reader.checked(name, shape), quantType: settings.type,
            blockSize: settings.blockSize,
            nestedBlockSize: settings.doubleQuantized ? QuantizedMatrix.nestedBlockSize : nil,
            dtype: try Self.storedType(of: name, in: location))
    }

    /// Copies a weight in pieces, from where it lies if it is of the wanted type.
    private func copy(_ name: String, to writer: inout SafetensorsWriter) throws {
        let entry = try location.weights.entry(name)
        guard entry.encoding.dtype != dtype else {
            let bytes = try location.weights.bytes(name)
            for start in stride(from: 0, to: bytes.count, by: Self.pieceByteCount) {
                let end = min(start + Self.pieceByteCount, bytes.count)
                try writer.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: name)
                location.weights.release(name)
            }
            return
        }
        let rowByteCount = entry.rowLength * dtype.byteCount
        let rows = max(1, Self.pieceByteCount / max(1, rowByteCount))
        for start in stride(from: 0, to: entry.rowCount, by: rows) {
            let piece = Tensor(
                uninitialized: [min(rows, entry.rowCount - start), entry.rowLength], dtype: dtype)
            try piece.withUnsafeMutableBytes {
                try reader.read(name, rows: start..<start + piece.shape[0], as: dtype, into: $0)
            }
            try writer.append(piece, to: name)
            location.weights.release(name)
        }
    }
}

extension ModelLocation {
    /// Writes the model's weights and `config.json` into a folder, the projections in bitsandbytes' 4-bit form.
    ///
    /// Loaded again, they compute bit for bit what `LlamaModel` computes when it quantizes this model while loading. (An
    /// embedding or head that a GGUF file holds in blocks is kept exactly, where loading the file itself to compute in
    /// bfloat16 rounds it.) No more is held than one quantized tensor, the pages of the one it is made from, and some MiB.
    ///
    /// - Parameter folder: an existing folder.
    /// - Throws: `InputError` with `.data` where the model is in 4 bits already or a weight is missing or malformed,
    ///   `.tryAgain` where the disk is full.
    public func writeFourBitWeights(_ settings: QuantizationSettings, to folder: URL) throws {
        try FourBitWeights(self, settings).write(to: folder)
    }
}

import ModelFiles
import Tensors

extension ModelLocation {
    /// Bytes that the model's weights are going to take in memory, known before any of them is read.
    ///
    /// - Parameters:
    ///   - computeType: what blocks of a GGUF file become where they are not quantized.
    ///   - quantization: of the projections; nil keeps them as they are stored.
    /// - Throws: `InputError` with `.data` where a weight is missing.
    public func weightBytes(computeType: DType, quantization settings: QuantizationSettings?) throws -> Int {
        func denseBytes(_ name: String, _ count: Int) throws -> Int {
            count * (try weights.entry(name).encoding.dtype ?? computeType).byteCount
        }
        let isSerialized = quantization != nil
        let form = settings ?? QuantizationSettings()
        let table = configuration.vocabularySize * configuration.hiddenSize
        var bytes = try denseBytes("model.embed_tokens.weight", table)
        if !configuration.tiesWordEmbeddings { bytes += try denseBytes("lm_head.weight", table) }
        for layer in 0..<configuration.layerCount {
            for (name, shape) in configuration.projectionShapes {
                let count = shape[0] * shape[1]
                if settings != nil || isSerialized {
                    bytes += form.byteCount(of: count)
                } else {
                    bytes += try denseBytes("model.layers.\(layer).\(name).weight", count)
                }
            }
        }
        return bytes
    }
}

extension QuantizationSettings {
    /// Bytes of the codes and scales of `count` elements.
    func byteCount(of count: Int) -> Int {
        let blocks = (count + blockSize - 1) / blockSize
        let runs = (blocks + QuantizedMatrix.nestedBlockSize - 1) / QuantizedMatrix.nestedBlockSize
        return (count + 1) / 2 + (doubleQuantized ? blocks + 4 * (runs + 256) : 4 * blocks)
    }
}

import ModelFiles
import Tensors

extension ModelLocation {
    /// Bytes that the model's weights are going to take in memory, known before any of them is read.
    ///
    /// - Parameters:
    ///   - computeType: what blocks of a GGUF file become where they are neither quantized nor kept.
    ///   - quantization: of the projections; nil keeps them as they are stored.
    /// - Throws: `InputError` with `.data` where a weight is missing.
    public func weightBytes(computeType: DType, quantization settings: QuantizationSettings?) throws -> Int {
        func denseBytes(_ name: String, _ count: Int) throws -> Int {
            count * (try weights.entry(name).encoding.dtype ?? computeType).byteCount
        }
        func tableBytes(_ name: String) throws -> Int {
            let entry = try weights.entry(name)
            return entry.encoding == .q80
                ? entry.byteCount : try denseBytes(name, configuration.vocabularySize * configuration.hiddenSize)
        }
        let isSerialized = quantization != nil
        let form = ConversionPlan.Form.quantized(settings ?? QuantizationSettings())
        var bytes = try tableBytes("model.embed_tokens.weight")
        if !configuration.tiesWordEmbeddings { bytes += try tableBytes("lm_head.weight") }
        for layer in 0..<configuration.layerCount {
            for (name, shape) in configuration.projectionShapes {
                if settings != nil || isSerialized {
                    bytes += form.byteCount(of: shape)
                } else {
                    bytes += try denseBytes("model.layers.\(layer).\(name).weight", shape[0] * shape[1])
                }
            }
        }
        return bytes
    }
}

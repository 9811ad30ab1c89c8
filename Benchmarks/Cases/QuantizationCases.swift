import Signet

/// Quantizing to NF4 and back, at a size no cache holds. Bytes are those read and written, each once.
enum QuantizationCases {
    static var all: [BenchmarkCase] {
        [
            BenchmarkCase(name: "quantize/NF4") { context in
                let values = RandomBits.tensor([14336, 4096], .float32)
                let matrix = QuantizedMatrix(quantizing: values)
                let quantize = Timing.of(context.repeats) { _ = QuantizedMatrix(quantizing: values) }
                let dequantize = Timing.of(context.repeats) { _ = matrix.dequantized(as: .bfloat16) }
                return [
                    Measurement(
                        "quantize/NF4 from float32", quantize, .bytes(values.byteCount + matrix.byteCount),
                        limit: .memoryRead),
                    Measurement(
                        "quantize/NF4 to bfloat16", dequantize, .bytes(matrix.byteCount + values.byteCount / 2),
                        limit: .memoryRead),
                ]
            }
        ]
    }
}

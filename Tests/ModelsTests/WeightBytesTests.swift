import ModelFiles
import Models
import Tensors
import Testing

@Suite struct WeightBytesTests {
    @Test(
        "the bytes of weights are known before they are read",
        arguments: ["plain", "llama3_rope", "tinyllama", "smollm2", "plain_nf4", "plain_nf4_nested"], [false, true])
    func agree(name: String, quantized: Bool) throws {
        let location = try Golden(name).location
        // A folder that is already quantized is loaded in its own form.
        let settings = quantized && location.quantization == nil ? QuantizationSettings(blockSize: 32) : nil
        let found = try location.weightBytes(computeType: .float32, quantization: settings)
        let model = try LlamaModel(location, computeType: .float32, quantization: settings)
        if location.quantization == nil {
            #expect(found == model.weightBytes)
        } else {
            // Its block size and scales are not looked at: the codes are the same, the scales differ.
            #expect(abs(found - model.weightBytes) < model.weightBytes / 2)
        }
    }
}

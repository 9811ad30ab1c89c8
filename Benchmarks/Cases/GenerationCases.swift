import Foundation
import Signet

/// Generation with SmolLM2-135M, greedy, in bfloat16 from the file's blocks: reading a prompt, then one token after the
/// other.
enum GenerationCases {
    private static let promptTokens = 512
    private static let newTokens = 64

    static var all: [BenchmarkCase] {
        [("as stored", nil), ("nf4", QuantizationSettings())].map { (label, quantization) in
            let name = "generation/SmolLM2-135M \(label)"
            return BenchmarkCase(name: name, needsOwnProcess: true) { context in
                let location = try ModelLocation.open(URL(fileURLWithPath: SFTCases.model))
                let model = try LlamaModel(location, quantization: quantization)
                // Nothing stops it, so that the number of tokens is known.
                let generator = Generator(model: model, stopTokens: [])
                let prompt = RandomBits.tokens(promptTokens, vocabulary: location.configuration.vocabularySize)
                let prefill = try Timing.of(context.repeats) { _ = try generator.generate(prompt: prompt, maximum: 1) }
                let whole = try Timing.of(context.repeats) {
                    _ = try generator.generate(prompt: prompt, maximum: 1 + newTokens)
                }
                let decode = Timing(seconds: whole.seconds.map { $0 - prefill.median })
                return [
                    Measurement("\(name) prefill \(promptTokens) tokens", prefill, .tokens(promptTokens)),
                    Measurement("\(name) decode batch 1", decode, .tokens(newTokens)),
                ]
            }
        }
    }
}

import Foundation
import Signet

/// Generation with SmolLM2-135M, greedy: reading a prompt, then one token after the other, for one sequence and for
/// sixteen together.
enum GenerationCases {
    private static let promptTokens = 512
    private static let newTokens = 64

    static var all: [BenchmarkCase] {
        [("as stored", nil), ("nf4", QuantizationSettings())].map { (label, quantization) in
            let name = "generation/SmolLM2-135M \(label)"
            return BenchmarkCase(name: name, needsOwnProcess: true) { context in
                let location = try ModelLocation.open(URL(fileURLWithPath: SFTCases.model))
                let model = try LlamaModel(location, quantization: quantization)
                let (prefill, decode) = try timings(model, sequences: 1, context)
                let (_, decodeMany) = try timings(model, sequences: 16, context)
                return [
                    Measurement("\(name) prefill \(promptTokens) tokens", prefill, .tokens(promptTokens)),
                    Measurement("\(name) decode batch 1", decode, .tokens(newTokens)),
                    Measurement("\(name) decode batch 16", decodeMany, .tokens(16 * newTokens)),
                ]
            }
        }
    }

    /// The time of reading all prompts, and that of all tokens after the first ones.
    private static func timings(
        _ model: LlamaModel, sequences: Int, _ context: BenchmarkContext
    ) throws -> (prefill: Timing, decode: Timing) {
        // Nothing stops them, so that the number of tokens is known.
        let generator = BatchGenerator(model: model, stopTokens: [], slots: sequences)
        let prompt = RandomBits.tokens(promptTokens, vocabulary: model.configuration.vocabularySize)
        func requests(_ maximum: Int) -> [GenerationRequest] {
            (0..<sequences).map { _ in GenerationRequest(prompt: prompt, maximum: maximum) }
        }
        let prefill = try Timing.of(context.repeats) { _ = try generator.generate(requests(1)) }
        let whole = try Timing.of(context.repeats) { _ = try generator.generate(requests(1 + newTokens)) }
        return (prefill, Timing(seconds: whole.seconds.map { $0 - prefill.median }))
    }
}

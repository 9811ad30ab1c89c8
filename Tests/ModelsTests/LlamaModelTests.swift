import Foundation
import ModelFiles
import Models
import Tensors
import TestSupport
import Testing

@Suite struct LlamaModelTests {
    static let names = ["plain", "llama3_rope", "tinyllama", "smollm2", "plain_nf4", "plain_nf4_nested"]

    @Test("logits are those of transformers to 1e-5 in float32", arguments: names)
    func logits(name: String) throws {
        let golden = try Golden(name)
        let model = try LlamaModel(golden.location, computeType: .float32)
        for sequence in ["0", "1"] {
            let tokens = try golden.integers("tokens.\(sequence)")
            let logits = model.logits(tokens: tokens, plan: SegmentPlan(lengths: [tokens.count]))
            #expect(relativeDifference(logits.floats, try golden.floats("logits.\(sequence)")) <= 1e-5)
        }
    }

    @Test("sequences in one stream do not see each other: logits are bit-identical to those alone", arguments: names)
    func packing(name: String) throws {
        let golden = try Golden(name)
        let model = try LlamaModel(golden.location, computeType: .float32)
        let sequences = try ["0", "1"].map { try golden.integers("tokens.\($0)") }
        let packed = model.logits(
            tokens: sequences[0] + sequences[1], plan: SegmentPlan(lengths: sequences.map(\.count)))
        let alone = sequences.map { model.logits(tokens: $0, plan: SegmentPlan(lengths: [$0.count])).floats }
        #expect(packed.floats == alone[0] + alone[1])
    }

    @Test("greedy generation with a cache gives the tokens of transformers", arguments: names)
    func generation(name: String) throws {
        let golden = try Golden(name)
        let model = try LlamaModel(golden.location, computeType: .float32)
        let expected = try golden.integers("generation.tokens")
        let prompt = try golden.integers("generation.prompt")
        let tokens = try Generator(model: model, stopTokens: []).generate(prompt: prompt, maximum: expected.count)
        #expect(tokens == expected)
    }

    @Test("bfloat16 products give logits within 3 percent of float32", arguments: names)
    func bfloat16(name: String) throws {
        let golden = try Golden(name)
        let model = try LlamaModel(golden.location, computeType: .bfloat16)
        let tokens = try golden.integers("tokens.1")
        let logits = model.logits(tokens: tokens, plan: SegmentPlan(lengths: [tokens.count]))
        #expect(relativeDifference(logits.floats, try golden.floats("logits.1")) <= 0.03)
    }
}

import Diagnostics
import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite("Fresh adapters on a model")
struct AttachAdaptersTests {
    private func model(_ name: String = "plain") throws -> LlamaModel {
        try LlamaModel(Golden(name).location, computeType: .float32)
    }

    @Test("every targeted projection gets an adapter of its shape, rank and own numbers")
    func shapes() throws {
        let model = try model("llama3_rope")
        try model.attachAdapters(
            LoRAConfiguration(rank: 3, rankPattern: [NamePattern("down_proj", 2)], targets: .allLinear),
            key: RandomKey(seed: 1))
        #expect(model.adapters.map(\.module) == model.projections.map(\.name))
        for (adapter, projection) in zip(model.adapters, model.projections) {
            let rank = projection.name.hasSuffix("down_proj") ? 2 : 3
            #expect(
                adapter.a.shape == [rank, projection.inputSize] && adapter.b.shape == [projection.outputSize, rank])
        }
        #expect(Set(model.adapters.map(\.a.floats)).count == model.adapters.count)
    }

    @Test("with B zero an adapter changes no logit, and attaching again replaces all adapters")
    func identity() throws {
        let model = try model()
        let tokens: [Int32] = [3, 1, 4, 1, 5]
        let plan = SegmentPlan(lengths: [tokens.count])
        let plain = model.logits(tokens: tokens, plan: plan).floats
        try model.attachAdapters(LoRAConfiguration(targets: .allLinear), key: RandomKey(seed: 1))
        #expect(model.logits(tokens: tokens, plan: plan).floats == plain)
        try model.attachAdapters(LoRAConfiguration(targets: .modules(["v_proj"])), key: RandomKey(seed: 1))
        #expect(model.adapters.map(\.module) == (0..<2).map { "model.layers.\($0).self_attn.v_proj" })
    }

    @Test(
        "a target that matches nothing is refused by its name, and nothing is attached",
        arguments: [
            (LoRATargets.modules(["q_proj", "w_proj"]), "\"w_proj\""), (.modules(["lm_head"]), "\"lm_head\""),
            (.modules(["layers.2.self_attn.q_proj"]), "\"layers.2.self_attn.q_proj\""),
            (.pattern("q_proj"), "\"q_proj\""), (.pattern("("), "\"(\""),
        ])
    func matchesNothing(targets: LoRATargets, name: String) throws {
        let model = try model()
        let error = #expect(throws: InputError.self) {
            try model.attachAdapters(LoRAConfiguration(targets: targets), key: RandomKey(seed: 1))
        }
        #expect(error?.exitCode == .config && error?.place == "lora.target_modules")
        #expect(error?.message.hasPrefix("\(name) matches no projection") == true)
        #expect(model.adapters.isEmpty)
    }

    @Test("a pattern that is no regular expression is refused by its key")
    func malformedPatterns() throws {
        let model = try model()
        for configuration in [
            LoRAConfiguration(rankPattern: [NamePattern("q_proj", 2), NamePattern("k_proj(", 2)]),
            LoRAConfiguration(alphaPattern: [NamePattern("k_proj(", 2)]),
        ] {
            let error = #expect(throws: InputError.self) {
                try model.attachAdapters(configuration, key: RandomKey(seed: 1))
            }
            #expect(error?.exitCode == .config && error?.place.hasSuffix("_pattern.k_proj(") == true)
        }
    }
}

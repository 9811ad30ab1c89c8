import Diagnostics
import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct GGUFConfigurationTests {
    private func open(_ change: (inout GGUFBytes) -> Void = { _ in }) throws -> ModelLocation {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("x.gguf")
            try write(GGUFBytes.llama(change).bytes(), to: url)
            return try ModelLocation.open(url)
        }
    }

    @Test("a GGUF model has the configuration of the Hugging Face folder it was made from")
    func sameConfiguration() throws {
        let gguf = try ModelLocation.open(Fixtures.golden("llama.gguf", target: target))
        let folder = try ModelLocation.open(Fixtures.golden("llama", target: target))
        #expect(gguf.configuration == folder.configuration)
        #expect(gguf.generationEndTokens == [2, 3])
        #expect(folder.generationEndTokens == [2, 3, 4])
    }

    @Test("the tokenizer's values come as they are in the file")
    func tokenizer() throws {
        let tokenizer = try #require(try ModelLocation.open(Fixtures.golden("llama.gguf", target: target)).tokenizer)
        #expect(tokenizer.model == "gpt2" && tokenizer.preTokenizer == "llama-bpe")
        #expect(tokenizer.tokens.count == 12 && tokenizer.tokens[9] == "Ġa")
        #expect(tokenizer.tokenTypes == [3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(tokenizer.merges == ["a b", "ab c", "Ġ a"])
        #expect(tokenizer.beginningOfSequenceToken == 1 && tokenizer.endOfSequenceToken == 2)
        #expect(tokenizer.paddingToken == 0)
        #expect(tokenizer.addsBeginningOfSequence == true)
        #expect(tokenizer.chatTemplate == "{{ messages }}")
    }

    @Test("frequency factors that follow no known rule are handed on as they are")
    func frequencyFactors() throws {
        #expect(
            try open { $0.addTensor("rope_freqs.weight", shape: [2], [1, 3]) }.configuration.ropeFrequencyFactors == [
                1, 3,
            ])
        #expect(try open().configuration.ropeFrequencyFactors == nil)
        for factors: [Float] in [[1], [1, 0], [1, .nan]] {
            expectInputError(naming: "rope_freqs") {
                _ = try open { $0.addTensor("rope_freqs.weight", shape: [factors.count], factors) }
            }
        }
    }

    @Test("an output tensor unties the head, and tokens that end a turn join those that end the text")
    func headAndTokens() throws {
        let plain = try open()
        #expect(plain.configuration.tiesWordEmbeddings && plain.configuration.endOfSequenceTokens == [2])
        let other = try open {
            $0.addTensor("output.weight", shape: [3, 4], [Float](repeating: 1, count: 12))
            $0.add("tokenizer.ggml.eot_token_id", 1)
            $0.add("tokenizer.ggml.eom_token_id", 2)
        }
        #expect(!other.configuration.tiesWordEmbeddings && other.configuration.endOfSequenceTokens == [2, 1])
        #expect(other.weights.names.contains("lm_head.weight"))
    }

    @Test("what would change the mathematics or contradicts itself is refused by name")
    func refusals() {
        let changes: [(String, (inout GGUFBytes) -> Void)] = [
            ("llama.expert_count", { $0.add("llama.expert_count", 8) }),
            ("llama.attention.sliding_window", { $0.add("llama.attention.sliding_window", 1024) }),
            ("llama.logit_scale", { $0.add("llama.logit_scale", float: 0.5) }),
            ("llama.rope.scaling.type", { $0.add("llama.rope.scaling.type", "yarn") }),
            (
                "llama.rope.scaling.type",
                {
                    $0.add("llama.rope.scaling.type", "linear")
                    $0.add("llama.rope.scaling.factor", float: 2)
                }
            ),
            ("llama.rope.dimension_count", { $0.add("llama.rope.dimension_count", 2) }),
            ("llama.attention.value_length", { $0.add("llama.attention.value_length", 8) }),
            ("llama.rope.freq_base", { $0.add("llama.rope.freq_base", float: -1) }),
            ("llama.rope.freq_base", { $0.add("llama.rope.freq_base", float: .nan) }),
            ("llama.vocab_size", { $0.add("llama.vocab_size", 4) }),
            ("llama.attention.causal", { $0.add("llama.attention.causal", type: 7, [0]) }),
            ("llama.use_parallel_residual", { $0.add("llama.use_parallel_residual", type: 7, [1]) }),
            ("tokenizer.ggml.bos_token_id", { $0.add("tokenizer.ggml.bos_token_id", 3) }),
            ("tokenizer.ggml.merges", { $0.add("tokenizer.ggml.merges", "a b") }),
            (
                "tokenizer.ggml.token_type",
                {
                    $0.add(
                        "tokenizer.ggml.token_type", type: 9,
                        GGUFBytes.array(type: 5, count: 1, GGUFBytes.integer(Int32(1))))
                }
            ),
        ]
        for (key, change) in changes { expectInputError(naming: "x.gguf: \(key)", key) { _ = try open(change) } }
    }

    @Test("a file of another architecture is refused")
    func architecture() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("x.gguf")
            var file = GGUFBytes()
            file.add("general.architecture", "qwen2")
            try write(file.bytes(), to: url)
            expectInputError(naming: "general.architecture") { _ = try ModelLocation.open(url) }
        }
    }
}

import Diagnostics
import Files
import Foundation
import Tensors
import Testing

@testable import ModelFiles

@Suite struct HuggingFaceConfigurationTests {
    static let base = [
        "model_type": #""llama""#, "vocab_size": "128256", "hidden_size": "4096", "intermediate_size": "14336",
        "num_hidden_layers": "32", "num_attention_heads": "32", "num_key_value_heads": "8", "rms_norm_eps": "1e-05",
        "max_position_embeddings": "131072", "bos_token_id": "128000", "eos_token_id": "[128001, 128008, 128009]",
    ]

    private static func json(_ changes: [String: String?]) -> String {
        var members = base
        for (key, value) in changes { members[key] = value }
        return "{\(members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}"
    }

    private func read(_ changes: [String: String?]) throws -> LlamaConfiguration {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("config.json")
            try write(Self.json(changes), to: url)
            return try LlamaConfiguration(contentsOf: url)
        }
    }

    private static let llama3 =
        #""factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4, "original_max_position_embeddings": 8192"#

    @Test("old and new rope keys give Llama 3.1's configuration")
    func ropeKeys() throws {
        let expected = LlamaConfiguration(
            vocabularySize: 128_256, hiddenSize: 4096, intermediateSize: 14336, layerCount: 32, attentionHeadCount: 32,
            keyValueHeadCount: 8, headDimension: 128, ropeTheta: 500_000,
            ropeScaling: .llama3(
                factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192),
            maxPositionEmbeddings: 131_072, beginningOfSequenceToken: 128_000,
            endOfSequenceTokens: [128_001, 128_008, 128_009])
        #expect(
            try read(["rope_theta": "500000.0", "rope_scaling": "{\(Self.llama3), \"rope_type\": \"llama3\"}"])
                == expected)
        #expect(
            try read(["rope_theta": "500000.0", "rope_scaling": "{\(Self.llama3), \"type\": \"llama3\"}"]) == expected)
        #expect(
            try read(["rope_parameters": "{\(Self.llama3), \"rope_type\": \"llama3\", \"rope_theta\": 500000}"])
                == expected)
    }

    @Test("absent and null keys take Hugging Face's defaults")
    func defaults() throws {
        let plain = try read([
            "num_key_value_heads": nil, "rms_norm_eps": nil, "max_position_embeddings": nil, "bos_token_id": nil,
            "eos_token_id": nil, "rope_scaling": "null", "head_dim": "null", "sliding_window": "null",
        ])
        #expect(plain.keyValueHeadCount == 32)
        #expect(plain.rmsNormEpsilon == 1e-6)
        #expect(plain.maxPositionEmbeddings == 2048)
        #expect(plain.ropeTheta == 10_000 && plain.ropeScaling == .none)
        #expect(plain.beginningOfSequenceToken == 1 && plain.endOfSequenceTokens == [2] && plain.paddingToken == nil)
        #expect(!plain.tiesWordEmbeddings)
        let other = try read([
            "tie_word_embeddings": "true", "head_dim": "64", "eos_token_id": "7", "pad_token_id": "-1",
            "rope_parameters": #"{"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 1.0}"#,
            "pretraining_tp": "2", "use_cache": "false", "attention_dropout": "0.0",
        ])
        #expect(other.tiesWordEmbeddings && other.headDimension == 64)
        #expect(other.endOfSequenceTokens == [7] && other.paddingToken == nil)
    }

    @Test(
        "what would change the mathematics or is malformed is refused by name",
        arguments: [
            ("model_type", #""mistral""#), ("model_type", nil),
            ("architectures", #"["LlamaForSequenceClassification"]"#),
            ("attention_bias", "true"), ("mlp_bias", "true"), ("hidden_act", #""gelu""#), ("attention_dropout", "0.1"),
            ("partial_rotary_factor", "0.5"), ("sliding_window", "4096"), ("vocab_size", nil), ("hidden_size", "0"),
            ("hidden_size", "4096.5"), ("hidden_size", "-1"), ("hidden_size", "99999999999"),
            ("hidden_size", #""4096""#),
            ("num_attention_heads", "7"), ("num_key_value_heads", "5"), ("head_dim", "63"), ("head_dim", "80000"),
            ("num_hidden_layers", "2147483647"), ("rms_norm_eps", "0"),
            ("rms_norm_eps", "true"), ("rope_theta", "0"), ("rope_theta", #""10000""#), ("tie_word_embeddings", "1"),
            ("eos_token_id", #""</s>""#), ("eos_token_id", "[1, -2]"),
            ("rope_scaling", #"{"rope_type": "linear", "factor": 2}"#),
            ("rope_scaling", #"{"type": "yarn"}"#), ("rope_scaling", "3"),
            ("rope_scaling", #"{"rope_type": "llama3"}"#),
            ("rope_parameters", #"{"rope_theta": 1e4, "partial_rotary_factor": 0.5}"#),
            ("rope_parameters", #"{"rope_theta": 1e4, "attention_factor": 2}"#),
            ("rope_parameters", #"{"full_attention": {"rope_theta": 1e4}}"#),
            (
                "rope_parameters",
                #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}"#
            ),
        ] as [(String, String?)])
    func refusals(key: String, value: String?) {
        expectInputError(naming: "config.json: ", "\(key) \(value ?? "absent")") { _ = try read([key: value]) }
    }

    @Test("rope keys that contradict each other are refused")
    func contradiction() {
        expectInputError(naming: "rope_theta") {
            _ = try read(["rope_theta": "1e4", "rope_parameters": #"{"rope_theta": 5e5}"#])
        }
        expectInputError(naming: "rope_scaling") {
            _ = try read(["rope_scaling": #"{"type": "default"}"#, "rope_parameters": #"{"rope_theta": 5e5}"#])
        }
    }

    @Test("a written configuration is read back as it was")
    func writing() throws {
        let scaled = try read([
            "rope_parameters": "{\(Self.llama3), \"rope_type\": \"llama3\", \"rope_theta\": 500000}",
            "pad_token_id": "3", "tie_word_embeddings": "true", "head_dim": "64",
        ])
        let plain = try read(["bos_token_id": "null", "eos_token_id": "null"])
        let quantization = BitsAndBytesConfiguration(
            quantType: .nf4, usesDoubleQuantization: true, computeDType: .bfloat16)
        for configuration in [scaled, plain] {
            try withTemporaryFolder { folder in
                let url = folder.appendingPathComponent("config.json")
                try write(configuration.huggingFaceJSON(dtype: .bfloat16, quantization: quantization), to: url)
                let object = try JSONNode(contentsOf: url)
                #expect(try LlamaConfiguration(object) == configuration)
                #expect(
                    try object.member("quantization_config").map(BitsAndBytesConfiguration.init) == quantization)
            }
        }
    }

    @Test(
        "a quantization other than bitsandbytes' four bits is refused",
        arguments: [
            #""quant_method": "gptq""#, #""quant_method": "bitsandbytes", "load_in_8bit": true"#,
            #""quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_storage": "bfloat16""#,
            #""quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "int4""#,
        ])
    func quantization(members: String) throws {
        try withTemporaryFolder { folder in
            try write(
                Self.json(["quantization_config": "{\(members)}"]), to: folder.appendingPathComponent("config.json"))
            expectInputError(naming: "config.json: quantization_config.") { _ = try ModelLocation.open(folder) }
        }
    }
}

import Diagnostics
import Files
import Foundation
import Layers

/// `adapter_config.json` as PEFT reads and writes it.
///
/// A key that changes what the adapter computes is read, or refused where its value asks for something that is not
/// implemented here. Keys that are unknown are tolerated only with a value that switches something off.
struct PEFTConfiguration {
    static let fileName = "adapter_config.json"

    var lora: LoRAConfiguration
    var baseModel: String?

    /// Keys that say nothing about what a trained adapter computes.
    private static let neutralKeys: Set<String> = [
        "auto_mapping", "base_model_name_or_path", "revision", "inference_mode", "peft_version", "task_type",
        "megatron_core", "qalora_group_size", "eva_config", "lora_ga_config", "runtime_config", "ensure_weight_tying",
    ]
    private static let readKeys: Set<String> = [
        "peft_type", "r", "lora_alpha", "lora_dropout", "use_rslora", "rank_pattern", "alpha_pattern",
        "target_modules", "init_lora_weights", "bias",
    ]
    /// Starts that leave the base weights as they are: the trained adapter means the same whatever it started from.
    private static let harmlessStarts: Set<String> = ["gaussian", "eva", "orthogonal"]

    init(lora: LoRAConfiguration, baseModel: String?) {
        self.lora = lora
        self.baseModel = baseModel
    }

    /// - Throws: `InputError` with `.missingFile` or `.data`, naming the file and the key.
    init(_ file: URL) throws {
        let root = try JSONNode(contentsOf: file)
        guard try root.required("peft_type").string == "LORA" else { throw root.failure("peft_type", "\"LORA\"") }
        guard try root.string("bias") ?? "none" == "none" else { throw root.failure("bias", "\"none\"") }
        for (name, node) in try root.members()
        where !Self.readKeys.contains(name) && !Self.neutralKeys.contains(name) && !node.value.isOff {
            throw node.mismatch("expected null or false, as what this key asks for is not implemented")
        }
        if let start = root.value["init_lora_weights"], start.bool == nil,
            !(start.string.map(Self.harmlessStarts.contains) ?? false)
        {
            throw root.failure("init_lora_weights", "a start that leaves the base weights as they are")
        }
        lora = LoRAConfiguration(
            rank: try root.member("r")?.rank ?? 8, alpha: try root.double("lora_alpha") ?? 8,
            dropout: try root.double("lora_dropout") ?? 0,
            useRSLoRA: try root.bool("use_rslora") ?? false,
            rankPattern: try root.member("rank_pattern")?.patterns { try $0.rank } ?? [],
            alphaPattern: try root.member("alpha_pattern")?.patterns { try $0.double } ?? [],
            targets: try Self.targets(root.required("target_modules")))
        if let (key, pattern) = lora.malformedPattern {
            throw InputError(.data, at: "\(root.file): \(key).\(pattern)", "expected a regular expression, found this")
        }
        baseModel = root.value["base_model_name_or_path"]?.string
    }

    private static func targets(_ node: JSONNode) throws -> LoRATargets {
        if let text = node.value.string { return text == "all-linear" ? .allLinear : .pattern(text) }
        guard node.value.array != nil else { throw node.mismatch("expected names or a pattern") }
        return .modules(try node.elements().map { try $0.string }.sorted())
    }

    /// The file's text, laid out and ordered as PEFT writes it. Patterns alone stay in their order, which decides
    /// between two that match the same module.
    ///
    /// - Parameter modules: the last parts of the adapted modules' names, for targets given as `all-linear`.
    func text(modules: [String]) -> String {
        let targets: JSONValue =
            switch lora.targets {
            case .modules(let names): .strings(names)
            case .pattern(let pattern): .string(pattern)
            case .allLinear: .strings(modules)
            }
        let start: JSONValue =
            switch lora.initializer {
            case .kaimingUniform: .bool(true)
            case .random: .bool(false)
            case .gaussian: .string("gaussian")
            }
        return JSONValue.object([
            .init("alpha_pattern", .object(lora.alphaPattern.map { .init($0.pattern, .number($0.value)) })),
            .init("auto_mapping", .null), .init("base_model_name_or_path", baseModel.map { .string($0) } ?? .null),
            .init("bias", .string("none")), .init("exclude_modules", .null), .init("fan_in_fan_out", .bool(false)),
            .init("inference_mode", .bool(true)), .init("init_lora_weights", start), .init("layer_replication", .null),
            .init("layers_pattern", .null), .init("layers_to_transform", .null), .init("loftq_config", .object([])),
            .init("lora_alpha", .number(lora.alpha)), .init("lora_bias", .bool(false)),
            .init("lora_dropout", .float(lora.dropout)), .init("megatron_config", .null),
            .init("megatron_core", .string("megatron.core")), .init("modules_to_save", .null),
            .init("peft_type", .string("LORA")), .init("r", .number(lora.rank)),
            .init("rank_pattern", .object(lora.rankPattern.map { .init($0.pattern, .number($0.value)) })),
            .init("revision", .null), .init("target_modules", targets), .init("target_parameters", .null),
            .init("task_type", .string("CAUSAL_LM")), .init("trainable_token_indices", .null),
            .init("use_dora", .bool(false)), .init("use_qalora", .bool(false)),
            .init("use_rslora", .bool(lora.useRSLoRA)),
        ]).expandedText
    }
}

extension JSONValue {
    /// Whether the value switches off whatever its key is about.
    fileprivate var isOff: Bool {
        switch content {
        case .null: true
        case .bool(let isOn): !isOn
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .number, .string: false
        }
    }
}

extension JSONNode {
    /// A whole number of at least 1, which Python may have written as `8.0`.
    fileprivate var rank: Int {
        get throws {
            guard let rank = value.double.flatMap({ Int(exactly: $0) }), rank >= 1 else {
                throw mismatch("expected a whole number of at least 1")
            }
            return rank
        }
    }

    /// Values by pattern, in the order of the file: PEFT takes the first that matches.
    fileprivate func patterns<Value>(_ read: (JSONNode) throws -> Value) throws -> [NamePattern<Value>] {
        try members().map { NamePattern($0.name, try read($0.node)) }
    }
}

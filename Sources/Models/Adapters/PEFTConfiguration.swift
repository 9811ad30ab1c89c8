import Diagnostics
import Foundation
import Layers
import ModelFiles

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
        guard let bytes = FileManager.default.contents(atPath: file.path) else {
            throw InputError(.missingFile, at: file.path, "expected a PEFT adapter's configuration, found no such file")
        }
        guard let root = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any] else {
            throw InputError(.data, at: file.path, "expected a JSON object, found something else")
        }
        let reader = PEFTKeyReader(file: file.path, root: root, bytes: bytes)
        try reader.require("peft_type", equals: "LORA")
        try reader.require("bias", equals: "none", absent: true)
        for (key, value) in root.sorted(by: { $0.key < $1.key })
        where !Self.readKeys.contains(key) && !Self.neutralKeys.contains(key) {
            try reader.refuseUnlessOff(key, value)
        }
        switch root["init_lora_weights"] {
        case nil, is Bool: break
        case let name as String where Self.harmlessStarts.contains(name): break
        case let other?:
            throw reader.error("init_lora_weights", "\(other) changes the base weights and is not implemented")
        }
        let rank: Int = try reader.number("r", default: 8)
        guard rank >= 1 else { throw reader.error("r", "expected at least 1, found \(rank)") }
        lora = LoRAConfiguration(
            rank: rank, alpha: try reader.number("lora_alpha", default: 8.0),
            dropout: try reader.number("lora_dropout", default: 0.0), useRSLoRA: try reader.flag("use_rslora"),
            rankPattern: try reader.patterns("rank_pattern") { $0 >= 1 }, alphaPattern: try reader.patterns("alpha_pattern"),
            targets: try reader.targets())
        if let (setting, pattern) = lora.malformedPattern {
            throw reader.error("\(setting).\(pattern)", "expected a regular expression, found this")
        }
        baseModel = root["base_model_name_or_path"] as? String
    }

    /// The file's text: keys in the order PEFT writes them, patterns in their own, since the first that matches rules.
    ///
    /// - Parameter modules: the last parts of the adapted modules' names, for targets given as `all-linear`.
    func text(modules: [String]) throws -> String {
        let targets: Any =
            switch lora.targets {
            case .modules(let names): names
            case .pattern(let pattern): pattern
            case .allLinear: modules
            }
        let start: Any =
            switch lora.initializer {
            case .kaimingUniform: true
            case .random: false
            case .gaussian: "gaussian"
            }
        let values: [String: Any] = [
            "auto_mapping": NSNull(), "base_model_name_or_path": baseModel as Any? ?? NSNull(), "bias": "none",
            "exclude_modules": NSNull(), "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": start,
            "layer_replication": NSNull(), "layers_pattern": NSNull(), "layers_to_transform": NSNull(),
            "loftq_config": [String: Any](), "lora_alpha": Self.number(lora.alpha), "lora_bias": false,
            "lora_dropout": lora.dropout, "megatron_config": NSNull(), "megatron_core": "megatron.core",
            "modules_to_save": NSNull(), "peft_type": "LORA", "r": lora.rank, "revision": NSNull(),
            "target_modules": targets, "target_parameters": NSNull(), "task_type": "CAUSAL_LM",
            "trainable_token_indices": NSNull(), "use_dora": false, "use_qalora": false, "use_rslora": lora.useRSLoRA,
        ]
        var members = try values.mapValues { try Self.json($0) }
        members["alpha_pattern"] = try Self.json(lora.alphaPattern.map { ($0.pattern, Self.number($0.value)) })
        members["rank_pattern"] = try Self.json(lora.rankPattern.map { ($0.pattern, $0.value) })
        let lines = members.sorted { $0.key < $1.key }.map { "  \"\($0.key)\": \($0.value)" }
        return "{\n\(lines.joined(separator: ",\n"))\n}\n"
    }

    private static func number(_ value: Double) -> Any { Int(exactly: value).map { $0 as Any } ?? value }

    private static func json(_ value: Any) throws -> String {
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .withoutEscapingSlashes]
        return String(decoding: try JSONSerialization.data(withJSONObject: value, options: options), as: UTF8.self)
    }

    /// An object with its members in the given order.
    private static func json(_ members: [(String, Any)]) throws -> String {
        "{\(try members.map { "\(try json($0)): \(try json($1))" }.joined(separator: ", "))}"
    }
}

/// Typed reading of the file's keys.
private struct PEFTKeyReader {
    let file: String
    let root: [String: Any]
    /// The file's text, which alone has the order of the patterns: the first that matches rules.
    let bytes: Data

    func error(_ key: String, _ message: String) -> InputError { InputError(.data, at: "\(file): \(key)", message) }

    func require(_ key: String, equals expected: String, absent: Bool = false) throws {
        if absent, root[key] == nil { return }
        guard root[key] as? String == expected else {
            throw error(key, "expected \"\(expected)\", found \(root[key].map { "\($0)" } ?? "nothing")")
        }
    }

    func refuseUnlessOff(_ key: String, _ value: Any) throws {
        let isOff =
            switch value {
            case is NSNull: true
            case let flag as Bool: !flag
            case let list as [Any]: list.isEmpty
            case let object as [String: Any]: object.isEmpty
            default: false
            }
        if !isOff {
            throw error(key, "\(value) changes what the adapter computes and is not implemented; expected null or false")
        }
    }

    func flag(_ key: String) throws -> Bool {
        guard let value = root[key], !(value is NSNull) else { return false }
        guard let flag = value as? Bool else { throw error(key, "expected true or false, found \(value)") }
        return flag
    }

    func number<Value>(_ key: String, default fallback: Value) throws -> Value {
        guard let value = root[key], !(value is NSNull) else { return fallback }
        return try number(value, key)
    }

    private func number<Value>(_ value: Any, _ key: String) throws -> Value {
        let double = (value as? NSNumber)?.doubleValue
        if Value.self == Int.self, let double, let whole = Int(exactly: double) { return whole as! Value }
        if Value.self == Double.self, let double, double.isFinite { return double as! Value }
        throw error(key, "expected a number, found \(value)")
    }

    func patterns<Value>(
        _ key: String, where isAllowed: (Value) -> Bool = { _ in true }
    ) throws -> [NamePattern<Value>] {
        guard let value = root[key], !(value is NSNull) else { return [] }
        guard let object = value as? [String: Any] else { throw error(key, "expected an object, found \(value)") }
        let names = try bytes.withUnsafeBytes { try JSONKeyOrder.keys(of: key, in: $0, file: file) }
        return try names.map { name in
            let value: Value = try number(object[name]!, "\(key).\(name)")
            guard isAllowed(value) else { throw error("\(key).\(name)", "expected at least 1, found \(value)") }
            return NamePattern(name, value)
        }
    }

    func targets() throws -> LoRATargets {
        switch root["target_modules"] {
        case let text as String: return text == "all-linear" ? .allLinear : .pattern(text)
        case let names as [String]: return .modules(names.sorted())
        case let other: throw error("target_modules", "expected names or a pattern, found \(other ?? "nothing")")
        }
    }
}

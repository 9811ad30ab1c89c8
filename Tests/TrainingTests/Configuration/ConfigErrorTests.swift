import Diagnostics
import Foundation
import Layers
import Tensors
import Testing

@testable import Training

private let minimal = #"{"model": {"path": "m"}, "data": {"train": "t.jsonl"}}"#

private func decode(_ text: String, _ overrides: [String] = []) throws -> TrainConfiguration {
    try TrainConfiguration(
        json: Array(text.utf8), file: "sft.json", folder: URL(fileURLWithPath: "/configs", isDirectory: true),
        overrides: overrides)
}

/// The message of the error that a config ends in; nil where it is accepted.
private func failure(_ text: String, _ overrides: [String] = []) -> String? {
    do {
        _ = try decode(text, overrides)
        return nil
    } catch {
        return (error as? InputError).map { "\($0.exitCode.rawValue) \($0)" }
    }
}

/// The key paths of all values, sections included.
private func keyPaths(_ keys: [ConfigKey], below parent: [String] = []) -> [(path: [String], key: ConfigKey)] {
    keys.flatMap { [(parent + [$0.name], $0)] + keyPaths($0.keys, below: parent + [$0.name]) }
}

/// A config with one member at a key path.
private func nested(_ path: [String], _ value: String) -> String {
    path.reversed().reduce(value) { "{\"\($1)\": \($0)}" }
}

/// What `dpo.loss_type` expects.
private let lossTypes =
    #""sigmoid", "hinge", "ipo", "robust", "sigmoid_norm" or "sft", or a list of different ones of them"#

@Suite("Config errors")
struct ConfigErrorTests {
    @Test("each key misspelt by one letter is refused with the right key")
    func misspelt() throws {
        let all = TrainConfiguration.format.keys
        for (path, _) in keyPaths(all) {
            let parent = path.dropLast()
            let siblings = parent.reduce(all) { keys, name in keys.first { $0.name == name }!.keys }.map(\.name)
            for misspelling in misspellings(of: path[path.count - 1]) where !siblings.contains(misspelling) {
                let message = try #require(failure(nested(parent + [misspelling], "1")))
                let place = (parent + [misspelling]).joined(separator: ".")
                let nearest = siblings.filter {
                    editDistance(Array($0.utf8), Array(misspelling.utf8)) == 1
                }
                let allowed = nearest.map { "78 sft.json:1: \(place): unknown key, did you mean \($0)?" }
                #expect(allowed.contains(message), "\(message)")
                if nearest.count == 1 { #expect(nearest == [path[path.count - 1]]) }
            }
        }
    }

    private func misspellings(of key: String) -> Set<String> {
        var result: Set<String> = []
        let letters = Array(key)
        for i in letters.indices {
            result.insert(String(letters[..<i] + letters[(i + 1)...]))
            result.insert(String(letters[..<i] + ["z"] + letters[(i + 1)...]))
            result.insert(String(letters[..<i] + ["z"] + letters[i...]))
            if i > 0 {
                var swapped = letters
                swapped.swapAt(i - 1, i)
                result.insert(String(swapped))
            }
        }
        result.remove(key)
        return result
    }

    @Test("each key with a value of a wrong type is refused, naming the key, what was expected and what was found")
    func wrongTypes() throws {
        for (path, _) in keyPaths(TrainConfiguration.format.keys) {
            for (value, found) in [("[[]]", "a list"), ("{\"a\": []}", "an object"), ("\"\"", "\"\"")] {
                let message = failure(minimal, ["\(path.joined(separator: "."))=\(value)"])
                // A section takes an object, and so do the pattern tables; both then refuse what is in it.
                let name = path.joined(separator: ".")
                let takesObjects = value.hasPrefix("{") && message?.hasPrefix("78 --set \(name).a: ") == true
                let refused = message?.hasPrefix("78 --set \(name): expected ") == true
                #expect(takesObjects || refused && message!.hasSuffix("found \(found)"), "\(name): \(message ?? "nil")")
            }
        }
    }

    @Test(
        "a value out of range is refused with file, line, key path, expectation and finding",
        arguments: [
            ("lora.r", "0", "a whole number from 1 to 65536"),
            ("lora.r", "8.0", "a whole number from 1 to 65536"),
            ("lora.r", "99999999999999999999", "a whole number from 1 to 65536"),
            ("lora.r", "null", "a whole number from 1 to 65536"),
            ("lora.lora_alpha", "0", "a number above 0"),
            ("lora.lora_dropout", "1", "a number of at least 0 and below 1"),
            ("lora.lora_dropout", "-0.1", "a number of at least 0 and below 1"),
            ("lora.use_rslora", "1", "true or false"),
            ("lora.rank_pattern", "4", "an object whose values are each a whole number from 1 to 65536"),
            (
                "lora.target_modules", "true", "a list of module names, a regular expression or \"all-linear\""
            ),
            ("lora.init_lora_weights", "\"ones\"", "true, false or \"gaussian\""),
            ("model.compute_dtype", "\"float16\"", "\"bfloat16\" or \"float32\""),
            ("model.quantization", "4", "an object or null"),
            ("model.quantization.quant_type", "\"int8\"", "\"nf4\" or \"fp4\""),
            ("model.quantization.block_size", "16", "a power of two from 32 to 4096"),
            ("model.quantization.block_size", "96", "a power of two from 32 to 4096"),
            ("model.quantization.block_size", "8192", "a power of two from 32 to 4096"),
            ("data.max_length", "1", "a whole number of at least 2"),
            ("data.eval", "\"\"", "a path or null"),
            ("data.prefix_sharing", "\"on\"", "\"auto\", true or false"),
            ("dpo.beta", "0", "a number above 0"),
            ("dpo.loss_type", "\"kto\"", lossTypes),
            ("dpo.loss_type", "[\"ipo\", \"ipo\"]", lossTypes),
            ("dpo.loss_type", "[\"sigmoid\", \"kto\"]", lossTypes),
            ("dpo.loss_type", "[]", lossTypes),
            ("dpo.loss_weights", "1", "a list of which each is a number of at least 0 or null"),
            ("dpo.loss_weights", "[1, -1]", "a list of which each is a number of at least 0 or null"),
            ("dpo.label_smoothing", "0.6", "a number from 0 to 0.5"),
            ("training.max_steps", "-1", "a whole number of at least 1 or null"),
            ("training.max_steps", "1e3", "a whole number of at least 1 or null"),
            ("training.num_train_epochs", "-1", "a number of at least 0"),
            ("training.num_train_epochs", "0", "a number above 0 where training.max_steps is null"),
            ("training.per_device_train_batch_size", "0", "a whole number of at least 1"),
            ("training.gradient_accumulation_steps", "0", "a whole number of at least 1"),
            ("training.learning_rate", "0", "a number above 0"),
            ("training.learning_rate", "1e999", "a number above 0"),
            ("training.lr_scheduler_type", "\"polynomial\"", "\"linear\", \"cosine\" or \"constant\""),
            ("training.warmup_steps", "-1", "a whole number of at least 0"),
            ("training.warmup_ratio", "1.1", "a number from 0 to 1"),
            ("training.weight_decay", "-1", "a number of at least 0"),
            ("training.adam_beta1", "1", "a number of at least 0 and below 1"),
            ("training.adam_beta2", "1", "a number of at least 0 and below 1"),
            ("training.adam_epsilon", "0", "a number above 0"),
            ("training.max_grad_norm", "-1", "a number of at least 0"),
            ("training.seed", "-1", "a whole number of at least 0"),
            ("training.save_steps", "0", "a whole number of at least 1"),
            ("training.save_total_limit", "0", "a whole number of at least 1 or null"),
            ("training.logging_steps", "0", "a whole number of at least 1"),
            ("training.eval_steps", "0", "a whole number of at least 1 or null"),
            ("method", "\"grpo\"", "\"sft\" or \"dpo\""),
        ])
    func ranges(key: String, value: String, expected: String) throws {
        // The required keys stand before, so that only the value is wrong, two lines below the top.
        let path = key.split(separator: ".").map(String.init)
        var config = ["model": ["\"path\": \"m\""], "data": ["\"train\": \"t\""]]
        let top: String
        if path.count == 1 {
            top = "\n\n\"\(key)\": \(value)"
        } else {
            config[path[0], default: []].append("\n\n\"\(path[1])\": " + nested(Array(path.dropFirst(2)), value))
            top = "\"method\": \"sft\""
        }
        let sections = config.sorted { $0.key < $1.key }.map { "\"\($0.key)\": {\($0.value.joined(separator: ", "))}" }
        let message = failure("{" + (sections + [top]).joined(separator: ", ") + "}")
        let found = value == "[]" ? "an empty list" : value.hasPrefix("[") ? "a list" : value
        #expect(message == "78 sft.json:3: \(key): expected \(expected), found \(found)")
    }

    @Test(
        "settings of DPO that do not go together are refused by their key",
        arguments: [
            (["loss_weights=[1, 1]"], "loss_weights", "as many weights as dpo.loss_type has losses"),
            (["loss_weights=[]"], "loss_weights", "as many weights as dpo.loss_type has losses"),
            (["loss_weights=[0]"], "loss_weights", "a weight above 0"),
            (["label_smoothing=0.1", "loss_type=hinge"], "label_smoothing", "0 where dpo.loss_type is \"hinge\""),
            (["label_smoothing=0.1", "loss_type=ipo"], "label_smoothing", "0 where dpo.loss_type is \"ipo\""),
            (["label_smoothing=0.1", "loss_type=sft"], "label_smoothing", "0 where dpo.loss_type is \"sft\""),
            (
                ["label_smoothing=0.5", "loss_type=robust"], "label_smoothing",
                "a number below 0.5 where dpo.loss_type is \"robust\""
            ),
        ])
    func contradictions(settings: [String], key: String, expected: String) throws {
        let message = failure(minimal, ["method=dpo"] + settings.map { "dpo." + $0 })
        #expect(message?.hasPrefix("78 --set dpo.\(key): expected \(expected), found ") == true, "\(message ?? "nil")")
        #expect(failure(minimal, settings.map { "dpo." + $0 }) == nil, "another method does not look at them")
    }

    @Test("names of TRL's that are none here lead to the ones that are")
    func namesOfTRL() {
        #expect(failure(minimal, ["dpo.loss_typ=ipo"])?.hasSuffix("did you mean loss_type?") == true)
        #expect(failure(minimal, ["dpo.smoothing=0.1"])?.hasSuffix("did you mean label_smoothing?") == true)
        #expect(failure(minimal, ["training.beta=0.1"])?.hasSuffix("did you mean dpo.beta?") == true)
    }

    @Test("entries of pattern tables are refused by name")
    func patterns() {
        #expect(
            failure(minimal, [#"lora.rank_pattern={"q_proj": 0}"#])
                == "78 --set lora.rank_pattern.q_proj: expected a whole number from 1 to 65536, found 0")
    }

    @Test("a key of another section, and a part of a key, are recognised")
    func misplaced() {
        #expect(
            failure(#"{"training": {"lora_alpha": 1}}"#)
                == "78 sft.json:1: training.lora_alpha: unknown key, did you mean lora.lora_alpha?")
        #expect(
            failure(#"{"training": {"batch_size": 1}}"#)
                == "78 sft.json:1: training.batch_size: unknown key, did you mean per_device_train_batch_size?")
        #expect(
            failure(#"{"lora": {"lora_alfa": 1}}"#)
                == "78 sft.json:1: lora.lora_alfa: unknown key, did you mean lora_alpha?")
    }

    @Test("a missing key without a default is named, whether or not its section is there")
    func missing() {
        #expect(
            failure(#"{"data": {"train": "t"}}"#) == "78 sft.json:1: model.path: missing, expected a path")
        #expect(
            failure("{\"model\": {\"path\": \"m\"},\n\"data\": {}}")
                == "78 sft.json:2: data.train: missing, expected a path")
        #expect(failure("[]") == "78 sft.json:1: expected an object, found an empty list")
        #expect(failure(#"{"lora": null}"#) == "78 sft.json:1: lora: expected an object, found null")
    }

    @Test("of several errors the first in the file is reported")
    func first() {
        let text = "{\"model\": {\"path\": \"m\", \"oops\": 1},\n\"lora\": {\"r\": 0}}"
        #expect(failure(text) == "78 sft.json:1: model.oops: unknown key, did you mean path?")
        #expect(failure("{\"lora\": {\"r\": 0}, \"modle\": 1}")?.contains("lora.r") == true)
    }

    @Test("duplicate keys and syntax errors are refused with their line")
    func syntax() {
        #expect(
            failure("{\"lora\": {\"r\": 1,\n\"r\": 2}}")
                == "78 sft.json:2: not valid JSON: expected each key once, found 'r' again")
        #expect(
            failure("{\n// no comments\n}")
                == "78 sft.json:2: not valid JSON: expected a key in double quotes, found '/'")
    }

    @Test("overrides take JSON or plain strings, make sections on the way, and the last one wins")
    func overrides() throws {
        let config = try decode(
            minimal,
            [
                "training.max_steps=20", "training.max_steps=21", "model.quantization.block_size=128",
                "lora.rank_pattern={\"q_proj\": 4}", "data.train=a=b.jsonl", "training.lr_scheduler_type=linear",
                "lora.use_rslora=true", "model.path=\"123\"",
            ])
        #expect(config.training.maxSteps == 21)
        #expect(config.model.quantization?.blockSize == 128)
        #expect(config.model.quantization?.quantType == .nf4)
        #expect(config.lora.rankPattern == [NamePattern("q_proj", 4)])
        #expect(config.data.train == "/configs/a=b.jsonl")
        #expect(config.training.lrSchedulerType == .linear)
        #expect(config.lora.useRslora)
        #expect(config.model.path == "/configs/123")
        #expect(try decode(minimal, ["model.quantization=null"]).model.quantization == nil)
        #expect(try decode("{}", ["model.path=m", "data.train=t"]).model.path == "/configs/m")
    }

    @Test("an override repairs a wrong value in the file")
    func repair() throws {
        #expect(
            try decode(#"{"model": {"path": 1}, "data": {"train": "t"}}"#, ["model.path=m"]).model.path == "/configs/m")
    }

    @Test(
        "wrong overrides are refused in the same words",
        arguments: [
            ("lora.lora_alfa=1", "78 --set lora.lora_alfa: unknown key, did you mean lora_alpha?"),
            ("lorra.r=1", "78 --set lorra: unknown key, did you mean lora?"),
            ("lora.r.x=1", "78 --set lora.r.x: unknown key, lora.r takes a value as a whole"),
            (
                "training.max_steps=nan",
                "78 --set training.max_steps: expected a whole number of at least 1 or null, found \"nan\""
            ),
            ("lora=3", "78 --set lora: expected an object, found 3"),
            ("training.max_steps", "64 --set: expected KEY.PATH=VALUE, found training.max_steps"),
            ("=1", "64 --set: expected KEY.PATH=VALUE, found =1"),
            (".r=1", "78 --set : unknown key, did you mean dpo?"),
        ])
    func wrongOverrides(argument: String, message: String) {
        #expect(failure(minimal, [argument]) == message)
    }

    @Test("an override below a value that is no section is refused")
    func overrideBelowScalar() {
        #expect(
            failure(#"{"lora": 5}"#, ["lora.r=1"]) == "78 sft.json:1: lora: expected an object, found 5")
    }
}

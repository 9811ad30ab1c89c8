import Diagnostics
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import Training

/// The least a config must hold.
private let minimal = #"{"model": {"path": "m"}, "data": {"train": "t.jsonl"}}"#

/// Every key with a value that is not its default.
private let full = #"""
    {
      "method": "dpo",
      "model": {
        "path": "/models/m.gguf",
        "compute_dtype": "float32",
        "quantization": {
          "quant_type": "fp4",
          "double_quant": false,
          "block_size": 128
        }
      },
      "lora": {
        "r": 8,
        "lora_alpha": 16.5,
        "lora_dropout": 0.1,
        "use_rslora": true,
        "rank_pattern": {
          "q_proj": 4,
          "layers.0.*": 2
        },
        "alpha_pattern": {
          "v_proj": 3
        },
        "target_modules": "all-linear",
        "init_lora_weights": "gaussian",
        "adapter_path": "/adapters/a"
      },
      "data": {
        "train": "/data/t.jsonl",
        "eval": "/data/e.jsonl",
        "max_length": 2048,
        "packing": false,
        "shuffle": false,
        "completion_only_loss": false,
        "prefix_sharing": true
      },
      "dpo": {
        "beta": 0.2,
        "loss_type": ["robust", "sft"],
        "loss_weights": [1, 0.5],
        "label_smoothing": 0.1
      },
      "training": {
        "max_steps": 30,
        "num_train_epochs": 2.5,
        "per_device_train_batch_size": 3,
        "gradient_accumulation_steps": 2,
        "learning_rate": 0.001,
        "lr_scheduler_type": "linear",
        "warmup_steps": 2,
        "warmup_ratio": 0.1,
        "weight_decay": 0.1,
        "adam_beta1": 0.8,
        "adam_beta2": 0.99,
        "adam_epsilon": 1e-06,
        "max_grad_norm": 0,
        "seed": 7,
        "gradient_dtype": "bfloat16",
        "memory_budget": 1000000,
        "logging_steps": 5,
        "eval_steps": 10,
        "save_steps": 20,
        "save_total_limit": null
      },
      "output_dir": "/out"
    }

    """#

private func decode(_ text: String, _ overrides: [String] = []) throws -> TrainConfiguration {
    try TrainConfiguration(
        json: Array(text.utf8), file: "sft.json", folder: URL(fileURLWithPath: "/configs", isDirectory: true),
        overrides: overrides)
}

@Suite("Training configuration")
struct TrainConfigurationTests {
    @Test("a minimal config has the documented defaults, written out in full")
    func defaults() throws {
        let expected = #"""
            {
              "method": "sft",
              "model": {
                "path": "/configs/m",
                "compute_dtype": "bfloat16",
                "quantization": null
              },
              "lora": {
                "r": 16,
                "lora_alpha": 32,
                "lora_dropout": 0,
                "use_rslora": false,
                "rank_pattern": {},
                "alpha_pattern": {},
                "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj"],
                "init_lora_weights": true,
                "adapter_path": null
              },
              "data": {
                "train": "/configs/t.jsonl",
                "eval": null,
                "max_length": 1024,
                "packing": true,
                "shuffle": true,
                "completion_only_loss": true,
                "prefix_sharing": "auto"
              },
              "dpo": {
                "beta": 0.1,
                "loss_type": "sigmoid",
                "loss_weights": null,
                "label_smoothing": 0
              },
              "training": {
                "max_steps": null,
                "num_train_epochs": 1,
                "per_device_train_batch_size": 4,
                "gradient_accumulation_steps": 1,
                "learning_rate": 0.0002,
                "lr_scheduler_type": "cosine",
                "warmup_steps": 0,
                "warmup_ratio": 0,
                "weight_decay": 0,
                "adam_beta1": 0.9,
                "adam_beta2": 0.999,
                "adam_epsilon": 1e-08,
                "max_grad_norm": 1,
                "seed": 42,
                "gradient_dtype": "float32",
                "memory_budget": "auto",
                "logging_steps": 1,
                "eval_steps": null,
                "save_steps": 50,
                "save_total_limit": 3
              },
              "output_dir": "/configs/Checkpoints/sft"
            }

            """#
        #expect(try decode(minimal).resolvedJSON == expected)
    }

    @Test("every key is read into its property")
    func everyKey() throws {
        let config = try decode(full)
        #expect(config.method == .dpo)
        #expect(config.model.path == "/models/m.gguf")
        #expect(config.model.computeDtype == .float32)
        #expect(config.model.quantization?.quantType == .fp4)
        #expect(config.model.quantization?.doubleQuant == false)
        #expect(config.model.quantization?.blockSize == 128)
        #expect(config.lora.r == 8)
        #expect(config.lora.loraAlpha == 16.5)
        #expect(config.lora.loraDropout == 0.1)
        #expect(config.lora.useRslora)
        #expect(config.lora.rankPattern == [NamePattern("q_proj", 4), NamePattern("layers.0.*", 2)])
        #expect(config.lora.alphaPattern == [NamePattern("v_proj", 3)])
        #expect(config.lora.targetModules == .allLinear)
        #expect(config.lora.initLoraWeights == .gaussian)
        #expect(config.lora.adapterPath == "/adapters/a")
        #expect(config.data.train == "/data/t.jsonl")
        #expect(config.data.eval == "/data/e.jsonl")
        #expect(config.data.maxLength == 2048)
        #expect(!config.data.packing)
        #expect(!config.data.shuffle)
        #expect(!config.data.completionOnlyLoss)
        #expect(config.data.prefixSharing == .on)
        #expect(config.dpo.beta == 0.2)
        #expect(config.dpo.lossType == [.robust, .sft])
        #expect(config.dpo.lossWeights == [1, 0.5])
        #expect(config.dpo.labelSmoothing == 0.1)
        #expect(config.training.maxSteps == 30)
        #expect(config.training.numTrainEpochs == 2.5)
        #expect(config.training.perDeviceTrainBatchSize == 3)
        #expect(config.training.gradientAccumulationSteps == 2)
        #expect(config.training.learningRate == 0.001)
        #expect(config.training.lrSchedulerType == .linear)
        #expect(config.training.warmupSteps == 2)
        #expect(config.training.warmupRatio == 0.1)
        #expect(config.training.weightDecay == 0.1)
        #expect(config.training.adamBeta1 == 0.8)
        #expect(config.training.adamBeta2 == 0.99)
        #expect(config.training.adamEpsilon == 1e-6)
        #expect(config.training.maxGradNorm == 0)
        #expect(config.training.seed == 7)
        #expect(config.training.memoryBudget == .bytes(1_000_000))
        #expect(config.training.gradientDtype == .bfloat16)
        #expect(config.training.loggingSteps == 5)
        #expect(config.training.evalSteps == 10)
        #expect(config.training.saveSteps == 20)
        #expect(config.training.saveTotalLimit == nil)
        #expect(config.outputDir == "/out")
    }

    @Test("the resolved config reads back as the same value and the same text", arguments: [minimal, full])
    func resolved(text: String) throws {
        let config = try decode(text)
        #expect(try decode(config.resolvedJSON) == config)
        #expect(try decode(config.resolvedJSON).resolvedJSON == config.resolvedJSON)
        if text == full { #expect(config.resolvedJSON == full) }
    }

    @Test("relative paths are relative to the config's folder, absolute ones are kept")
    func paths() throws {
        let config = try decode(
            minimal, ["model.path=../models/m", "data.eval=/x/e.jsonl", "output_dir=out/", "lora.adapter_path=./a"])
        #expect(config.model.path == "/models/m")
        #expect(config.data.train == "/configs/t.jsonl")
        #expect(config.data.eval == "/x/e.jsonl")
        #expect(config.outputDir == "/configs/out")
        #expect(config.lora.adapterPath == "/configs/a")
    }

    @Test("target modules are a list, a regular expression or all-linear")
    func targetModules() throws {
        func targets(_ json: String) throws -> LoRATargets {
            try decode(minimal, ["lora.target_modules=\(json)"]).lora.targetModules
        }
        #expect(try targets(#"["q_proj", "down_proj"]"#) == .modules(["q_proj", "down_proj"]))
        #expect(try targets(#".*\.(q|v)_proj"#) == .pattern(#".*\.(q|v)_proj"#))
        #expect(try targets("all-linear") == .allLinear)
        for wrong in ["[]", "[\"q_proj\", 1]", "[\"\"]", "", "true"] {
            #expect(throws: InputError.self, "\(wrong)") { try targets(wrong) }
        }
    }

    @Test(
        "a memory budget is auto, bytes or a size with a unit",
        arguments: [
            ("auto", TrainConfiguration.MemoryBudget.automatic), ("123", .bytes(123)), ("8GiB", .bytes(8 << 30)),
            ("1.5 GB", .bytes(1_500_000_000)), ("512MiB", .bytes(512 << 20)), ("10kB", .bytes(10_000)),
            ("\"64\"", .bytes(64)), ("7B", .bytes(7)), ("2TiB", .bytes(2 << 40)),
        ])
    func memoryBudget(text: String, expected: TrainConfiguration.MemoryBudget) throws {
        #expect(try decode(minimal, ["training.memory_budget=\(text)"]).training.memoryBudget == expected)
    }

    @Test(
        "a memory budget that is no size is refused",
        arguments: ["0", "-1", "GiB", "8 giga", "1e3GiB", "nanB", "9999999999TiB", "0.5B", "1.5", "null", ""])
    func wrongMemoryBudget(text: String) {
        #expect {
            try decode(minimal, ["training.memory_budget=\(text)"])
        } throws: {
            "\($0)".hasPrefix(
                "--set training.memory_budget: expected \"auto\", a number of bytes above 0 "
                    + "or a size such as \"8GiB\", found ")
        }
    }

    @Test("each init_lora_weights is what PEFT means by it")
    func initialization() throws {
        func initialization(_ text: String) throws -> LoRAInitializer {
            try decode(minimal, ["lora.init_lora_weights=\(text)"]).lora.initLoraWeights
        }
        #expect(try initialization("true") == .kaimingUniform)
        #expect(try initialization("false") == .random)
        #expect(try initialization("gaussian") == .gaussian)
        #expect { try initialization("pissa_niter_4") } throws: {
            "\($0)" == "--set lora.init_lora_weights: \"pissa_niter_4\" is not implemented, "
                + "expected true, false or \"gaussian\""
        }
    }

    @Test("a loss type is one name or several, each with its weight")
    func lossTypes() throws {
        func dpo(_ overrides: String...) throws -> TrainConfiguration.DPO {
            try decode(minimal, ["method=dpo"] + overrides).dpo
        }
        for type in TrainConfiguration.DPO.LossType.allCases {
            let one = try dpo("dpo.loss_type=\(type.rawValue)")
            #expect(one.lossType == [type])
            #expect(one.pairLosses.count == (type == .sft ? 0 : 1) && one.sftWeight == (type == .sft ? 1 : 0))
        }
        let several = try dpo(
            #"dpo.loss_type=["sigmoid", "sft", "ipo"]"#, "dpo.loss_weights=[0.5, 0.25, 2]", "dpo.beta=0.3")
        #expect(several.pairLosses.map(\.loss) == [DPOLoss(.sigmoid, beta: 0.3), DPOLoss(.ipo, beta: 0.3)])
        #expect(several.pairLosses.map(\.weight) == [0.5, 2] && several.sftWeight == 0.25)
        #expect(several.description == "0.5 · sigmoid + 0.25 · sft + 2.0 · ipo, beta 0.3")
        let smoothed = try dpo(#"dpo.loss_type=["sigmoid_norm", "sft"]"#, "dpo.label_smoothing=0.2")
        #expect(smoothed.pairLosses.map(\.loss) == [DPOLoss(.sigmoidNorm, beta: 0.1, labelSmoothing: 0.2)])
        #expect(smoothed.description == "sigmoid_norm + sft, beta 0.1, label smoothing 0.2")
        #expect(try dpo("dpo.loss_type=[\"hinge\"]").lossType == [.hinge])
    }

    @Test("the settings of the adapter are those of the config")
    func adapter() throws {
        let adapter = try decode(full).lora.adapter
        #expect(
            adapter
                == LoRAConfiguration(
                    rank: 8, alpha: 16.5, dropout: 0.1, useRSLoRA: true,
                    rankPattern: [NamePattern("q_proj", 4), NamePattern("layers.0.*", 2)],
                    alphaPattern: [NamePattern("v_proj", 3)], targets: .allLinear, initializer: .gaussian))
        #expect(try decode(minimal).lora.adapter == LoRAConfiguration())
    }

    @Test("the result digest ignores what cannot change the adapter and sees everything else")
    func resultJSON() throws {
        let base = try decode(minimal)
        let ignored = [
            "model.path=x", "data.train=x", "data.eval=x", "lora.adapter_path=x", "output_dir=x",
            "training.max_steps=9", "training.num_train_epochs=9", "training.memory_budget=9",
            "training.logging_steps=9", "training.eval_steps=9", "training.save_steps=9",
            "training.save_total_limit=9", "dpo.beta=9",
        ]
        for override in ignored {
            #expect(try decode(minimal, [override]).resultJSON == base.resultJSON, "\(override)")
        }
        let seen = [
            "method=dpo", "model.compute_dtype=float32", "model.quantization={}", "lora.r=9", "lora.lora_alpha=9",
            "lora.lora_dropout=0.9", "lora.use_rslora=true", "lora.rank_pattern={\"q_proj\": 9}",
            "lora.alpha_pattern={\"q_proj\": 9}", "lora.target_modules=all-linear", "lora.init_lora_weights=false",
            "data.max_length=9", "data.packing=false", "data.shuffle=false", "data.completion_only_loss=false",
            "data.prefix_sharing=false", "training.per_device_train_batch_size=9",
            "training.gradient_accumulation_steps=9", "training.learning_rate=9",
            "training.lr_scheduler_type=linear", "training.warmup_steps=9", "training.warmup_ratio=0.9",
            "training.weight_decay=9", "training.adam_beta1=0.5", "training.adam_beta2=0.5",
            "training.adam_epsilon=9", "training.max_grad_norm=9", "training.seed=9",
            "training.gradient_dtype=bfloat16",
        ]
        for override in seen {
            #expect(try decode(minimal, [override]).resultJSON != base.resultJSON, "\(override)")
        }
        #expect(try decode(full, ["dpo.beta=9"]).resultJSON != decode(full).resultJSON)
        #expect(!base.resultJSON.contains("\n"))
    }

    @Test("a file that is missing, unreadable or a folder ends in an error that names it")
    func files() throws {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appendingPathComponent("no.json").path
        #expect { try TrainConfiguration(contentsOfFile: missing) } throws: {
            $0 as? InputError
                == InputError(.missingFile, at: missing, "expected a config file, found no such file")
        }
        #expect { try TrainConfiguration(contentsOfFile: folder.path) } throws: {
            ($0 as? InputError)?.exitCode == .config && "\($0)".hasPrefix(folder.path + ": the config file cannot be")
        }
        let file = folder.appendingPathComponent("sft.json")
        try minimal.write(to: file, atomically: true, encoding: .utf8)
        let config = try TrainConfiguration(contentsOfFile: file.path, overrides: ["training.max_steps=3"])
        #expect(config.training.maxSteps == 3)
        #expect(config.data.train == folder.standardizedFileURL.appendingPathComponent("t.jsonl").path)
    }

    private static let references = Fixtures.root.appendingPathComponent("../shared/reference")

    @Test(
        "the reference cases' configs are read as they were meant",
        .enabled(if: FileManager.default.fileExists(atPath: references.path)))
    func referenceCases() throws {
        for (name, batch, accumulation) in [("sft_plain", 4, 2), ("sft_rope_tied_rslora", 3, 3), ("dpo_plain", 4, 1)] {
            let file = Self.references.appendingPathComponent("\(name)/config.json")
            let config = try TrainConfiguration(contentsOfFile: file.path)
            #expect(config.training.perDeviceTrainBatchSize == batch)
            #expect(config.training.gradientAccumulationSteps == accumulation)
            #expect(config.model.computeDtype == .float32)
            #expect(config.lora.adapterPath?.hasSuffix("/\(name)/init_adapter") == true)
        }
    }
}

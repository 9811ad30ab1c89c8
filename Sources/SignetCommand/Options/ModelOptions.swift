import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// The type of products and activations.
enum ComputeType: String, ExpressibleByArgument, CaseIterable {
    case float32
    case bfloat16

    var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
}

/// Which model to work with, and how it computes.
struct ModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The model: a Hugging Face folder or a GGUF file.", valueName: "path"))
    var model: String

    @Option(help: ArgumentHelp("A LoRA adapter: a PEFT folder.", valueName: "folder"))
    var adapter: String?

    @Option(help: ArgumentHelp("The type of products and activations.", valueName: "type"))
    var computeDtype = ComputeType.float32

    @OptionGroup var quantization: QuantizationOptions

    /// The model's files, mapped.
    func open() throws -> ModelLocation { try ModelLocation.open(URL(fileURLWithPath: model)) }

    /// The model with its adapter; says first what is going to compute with it.
    func load(_ location: ModelLocation) throws -> LlamaModel {
        Machine.announce()
        let model = try LlamaModel(
            location, computeType: computeDtype.dtype, quantization: quantization.settings)
        if let adapter { try PEFTAdapter.attach(URL(fileURLWithPath: adapter), to: model) }
        return model
    }
}

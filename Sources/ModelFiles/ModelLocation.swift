import Diagnostics
import Files
import Foundation

/// A model on disk: a Hugging Face folder or a GGUF file.
public struct ModelLocation: Sendable {
    /// The folder or file.
    public let url: URL
    /// The model's shape and mathematics.
    public let configuration: LlamaConfiguration
    /// The weights under Hugging Face's names; reading them keeps the files mapped.
    public let weights: any WeightSource
    /// The 4-bit form of the projections, where the folder holds one.
    public let quantization: BitsAndBytesConfiguration?
    /// The tokenizer inside a GGUF file; nil for a folder, which has tokenizer files of its own.
    public let tokenizer: GGUFTokenizerMetadata?
    /// The tokens that end a generated text: those of `generation_config.json` where it names any, else the
    /// configuration's.
    public let generationEndTokens: [Int]

    /// Recognises what stands at a path, reads its configuration and maps its weights.
    ///
    /// - Throws: `InputError` with `.missingFile` where there is nothing or a file of the folder is missing, `.data`
    ///   where something is malformed or not of the Llama family.
    public static func open(_ url: URL) throws -> ModelLocation {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw InputError(.missingFile, at: url.path, "expected a Hugging Face folder or a GGUF file, found nothing")
        }
        return try isFolder.boolValue ? ModelLocation(folder: url) : ModelLocation(gguf: url)
    }

    private init(folder: URL) throws {
        let config = folder.appendingPathComponent("config.json")
        let object = try JSONNode(contentsOf: config)
        url = folder
        configuration = try LlamaConfiguration(object)
        quantization = try object.member("quantization_config").map(BitsAndBytesConfiguration.init)
        weights = try SafetensorsWeights(folder: folder)
        tokenizer = nil
        generationEndTokens = try Self.generationEndTokens(folder) ?? configuration.endOfSequenceTokens
    }

    private init(gguf: URL) throws {
        let file = try GGUFFile(gguf)
        url = gguf
        configuration = try LlamaConfiguration(file)
        quantization = nil
        weights = try GGUFWeights(file, configuration: configuration)
        tokenizer = try GGUFTokenizerMetadata(file)
        generationEndTokens = configuration.endOfSequenceTokens
    }

    /// The files that hold the configuration and the weights, in the order of their names.
    public var files: [URL] {
        get throws {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
                return [url]
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
            return names.filter { $0 == "config.json" || $0.hasSuffix(".safetensors") }.sorted()
                .map { url.appendingPathComponent($0) }
        }
    }

    private static func generationEndTokens(_ folder: URL) throws -> [Int]? {
        let url = folder.appendingPathComponent("generation_config.json")
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let tokens = try JSONNode(contentsOf: url).tokenIdentifiers("eos_token_id")
        return tokens?.isEmpty == true ? nil : tokens
    }
}

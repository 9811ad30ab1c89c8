import Files
import Foundation
import Signet

extension Inspection {
    /// A Hugging Face folder or a GGUF file.
    static func model(_ url: URL) throws -> Inspection {
        let location = try ModelLocation.open(url)
        var inspection = location.tokenizer == nil ? try folder(location) : try gguf(url)
        inspection.add("parameters", .number(location.configuration.parameterCount))
        inspection.add("configuration", location.configuration.summary)
        inspection.add(
            "quantization",
            location.quantization.map {
                .object([
                    .init("quant_type", .string($0.quantType.rawValue)),
                    .init("double_quant", .bool($0.usesDoubleQuantization)),
                ])
            } ?? .null)
        inspection.add("tokenizer", tokenizer(of: location))
        return inspection
    }

    private static func folder(_ location: ModelLocation) throws -> Inspection {
        let files = try location.files.filter { $0.pathExtension == "safetensors" }
        let tensors = try files.flatMap { listing(of: try SafetensorsFile($0)) }
        var inspection = Inspection(
            kind: "Hugging Face model", url: location.url, tensors: tensors.sorted { $0.name < $1.name })
        inspection.add("files", .array(files.map { .string($0.lastPathComponent) }))
        return inspection
    }

    private static func gguf(_ url: URL) throws -> Inspection {
        let file = try GGUFFile(url)
        let tensors = file.tensors.sorted { $0.key < $1.key }.map {
            Tensor(
                name: $0.key, encoding: $0.value.encoding.rawValue, shape: $0.value.shape,
                byteCount: $0.value.byteRange.count)
        }
        var inspection = Inspection(kind: "GGUF model", url: url, tensors: tensors)
        inspection.add("version", .number(file.version))
        if case .string(let name) = file.metadata["general.name"] { inspection.add("name", .string(name)) }
        return inspection
    }

    /// A model without a tokenizer, or with one of an unknown kind, is still worth looking at.
    private static func tokenizer(of location: ModelLocation) -> JSONValue {
        do {
            let tokenizer = try Tokenizer(of: location)
            let ends = tokenizer.endOfTurnTokens.sorted()
            let template = tokenizer.chatTemplate?.name ?? (tokenizer.hasChatTemplate ? "unknown" : nil)
            return .object([
                .init("tokens", .number(tokenizer.vocabularySize)),
                .init("chat_template", template.map { .string($0) } ?? .null),
                .init("begin_token", tokenizer.beginToken.map { .string(tokenizer.decode([$0])) } ?? .null),
                .init("end_tokens", .array(ends.map { .string(tokenizer.decode([$0])) })),
            ])
        } catch let error as InputError where error.exitCode == .missingFile {
            return .null
        } catch {
            return .object([.init("problem", .string("\(error)"))])
        }
    }
}

extension LlamaConfiguration {
    /// Weights of the model, a tied head counted once.
    fileprivate var parameterCount: Int {
        let projections = projectionShapes.reduce(0) { $0 + $1.shape[0] * $1.shape[1] }
        let layers = layerCount * (projections + 2 * hiddenSize)
        return layers + hiddenSize + vocabularySize * hiddenSize * (tiesWordEmbeddings ? 1 : 2)
    }

    fileprivate var summary: JSONValue {
        let rope: JSONValue =
            switch ropeScaling {
            case .none: ropeFrequencyFactors == nil ? .string("default") : .string("factors in the file")
            case .llama3(let factor, _, _, _): .string("llama3, factor \(factor)")
            }
        return .object([
            .init("num_hidden_layers", .number(layerCount)), .init("hidden_size", .number(hiddenSize)),
            .init("intermediate_size", .number(intermediateSize)),
            .init("num_attention_heads", .number(attentionHeadCount)),
            .init("num_key_value_heads", .number(keyValueHeadCount)), .init("head_dim", .number(headDimension)),
            .init("vocab_size", .number(vocabularySize)),
            .init("max_position_embeddings", .number(maxPositionEmbeddings)), .init("rope_theta", .number(ropeTheta)),
            .init("rope_type", rope), .init("rms_norm_eps", .number(rmsNormEpsilon)),
            .init("tie_word_embeddings", .bool(tiesWordEmbeddings)),
        ])
    }
}

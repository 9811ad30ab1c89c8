import Diagnostics
import Foundation
import ModelFiles
import Models
import Tensors
import Tokenizers
import Training

/// One of our models as a chat model.
///
/// Requests that wait at the same time are answered together by continuous batching, and the keys and values of a
/// system's turn that they have in common are computed once. An answer depends on its request alone, to the bit.
public final class LocalChatModel: ChatModel {
    public let name: String
    /// The most tokens of a conversation and its answer together.
    public let contextLength: Int
    private let tokenizer: Tokenizer
    private let worker: GenerationWorker

    /// - Parameters:
    ///   - name: what reports call the model.
    ///   - location: where the model was loaded from: its tokenizer, its chat format and the tokens that end its turns.
    ///   - model: the model with its adapter. It is used from another thread, so nothing else may use it from here on.
    ///   - slots: the most requests that are answered at the same time.
    /// - Throws: `InputError` where the tokenizer is missing or malformed, or there is no chat format.
    public init(name: String, location: ModelLocation, model: LlamaModel, slots: Int = 16) throws {
        tokenizer = try Tokenizer(of: location)
        guard tokenizer.hasChatTemplate else {
            throw InputError(.data, at: location.url.path, "expected a model with a chat template, found none")
        }
        self.name = name
        contextLength = location.configuration.maxPositionEmbeddings
        let stopTokens = tokenizer.endOfTurnTokens.union(location.generationEndTokens.map { Int32(clamping: $0) })
        nonisolated(unsafe) let model = model
        worker = GenerationWorker { GenerationSession(model: model, stopTokens: stopTokens, slots: slots) }
    }

    /// Loads a model and its adapter.
    ///
    /// - Parameters:
    ///   - url: a Hugging Face folder or a GGUF file.
    ///   - adapter: a PEFT folder; nil for the model as it is.
    ///   - computeType: float32 or bfloat16.
    ///   - quantization: of the projections; nil keeps them as they are stored.
    ///   - slots: the most requests that are answered at the same time.
    /// - Throws: `InputError` where one of them is missing or malformed.
    public convenience init(
        contentsOf url: URL, adapter: URL? = nil, computeType: DType = .bfloat16,
        quantization: QuantizationSettings? = nil, slots: Int = 16
    ) throws {
        let location = try ModelLocation.open(url)
        let model = try LlamaModel(location, computeType: computeType, quantization: quantization)
        if let adapter { try PEFTAdapter.attach(adapter, to: model) }
        let name = url.lastPathComponent + (adapter.map { " with \($0.lastPathComponent)" } ?? "")
        try self.init(name: name, location: location, model: model, slots: slots)
    }

    public func reply(to request: ChatRequest) async throws -> ChatReply {
        let prompt = try tokenizer.encodeChat(request.messages, addingGenerationPrompt: true)
        guard prompt.count < contextLength else {
            throw ChatRefusal("expected a conversation of fewer than \(contextLength) tokens, found \(prompt.count)")
        }
        let result = try await worker.result(
            of: GenerationRequest(
                prompt: prompt, maximum: min(request.maxTokens, contextLength - prompt.count),
                sampler: Sampler(
                    temperature: Float(request.temperature), topP: Float(request.topP), seed: request.seed),
                sharedCount: sharedCount(request.messages, prompt)))
        return ChatReply(
            text: tokenizer.decode(result.tokens, skippingSpecialTokens: true), isComplete: result.isStopped,
            promptTokens: prompt.count, completionTokens: result.tokens.count)
    }

    /// The tokens of the system's turn, which many conversations begin with; 0 where they do not stand by themselves.
    private func sharedCount(_ messages: [ChatMessage], _ prompt: [Int32]) -> Int {
        guard let system = messages.first, system.role == "system",
            let tokens = try? tokenizer.encodeChat([system], addingGenerationPrompt: false),
            tokens.count < prompt.count, prompt.starts(with: tokens)
        else { return 0 }
        return tokens.count
    }
}

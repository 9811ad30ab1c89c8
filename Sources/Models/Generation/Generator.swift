import Tensors

/// Continues a sequence of tokens.
public struct Generator {
    private let batch: BatchGenerator
    private let sampler: Sampler

    /// - Parameter stopTokens: tokens that end the text, such as the end of a turn.
    public init(model: LlamaModel, stopTokens: Set<Int32>, sampler: Sampler = Sampler()) {
        batch = BatchGenerator(model: model, stopTokens: stopTokens, slots: 1)
        self.sampler = sampler
    }

    /// Generates until a stop token, which is not part of the result, or `maximum` tokens.
    ///
    /// - Parameters:
    ///   - prompt: at least one token.
    ///   - onToken: called with every token as it comes; false ends the generation.
    /// - Returns: the new tokens.
    /// - Throws: `InputError` with `.data` where the model gives NaN or infinity; what `onToken` throws.
    public func generate(
        prompt: [Int32], maximum: Int, onToken: (Int32) throws -> Bool = { _ in true }
    ) throws -> [Int32] {
        let request = GenerationRequest(prompt: prompt, maximum: maximum, sampler: sampler)
        return try batch.generate([request]) { _, token in try onToken(token) }[0]
    }
}

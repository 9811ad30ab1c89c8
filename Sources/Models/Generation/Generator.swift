import Diagnostics
import Layers
import Tensors

/// Continues a sequence of tokens.
public struct Generator {
    private let model: LlamaModel
    private let stopTokens: Set<Int32>
    private let sampler: Sampler

    /// - Parameter stopTokens: tokens that end the text, such as the end of a turn.
    public init(model: LlamaModel, stopTokens: Set<Int32>, sampler: Sampler = Sampler()) {
        self.model = model
        self.stopTokens = stopTokens
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
        require(!prompt.isEmpty, "Generator: the prompt has no tokens")
        let cache = KeyValueCache(for: model, capacity: prompt.count + maximum)
        var result: [Int32] = []
        var input = prompt
        while result.count < maximum {
            let logits = noGradient { nextLogits(input, cache) }
            guard logits.allSatisfy(\.isFinite) else {
                throw InputError(
                    .data, at: "logits", "expected finite scores of token \(result.count + 1), found others")
            }
            let token = sampler.token(from: logits, step: result.count)
            if stopTokens.contains(token) { break }
            result.append(token)
            if try !onToken(token) { break }
            input = [token]
        }
        return result
    }

    private func nextLogits(_ tokens: [Int32], _ cache: KeyValueCache) -> [Float] {
        let context = ForwardContext(plan: cache.extending(by: tokens.count))
        let states = model.hiddenStates(tokens: tokens, context: context, cache: cache)
        return headLogits(states.lastRow, weight: model.head).floats
    }
}

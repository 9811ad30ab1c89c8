import Diagnostics

/// Continues many sequences of tokens that are known from the beginning; `GenerationSession` says how.
public struct BatchGenerator {
    private let model: LlamaModel
    private let stopTokens: Set<Int32>
    private let slots: Int

    /// - Parameters:
    ///   - stopTokens: tokens that end a text, such as the end of a turn.
    ///   - slots: the most sequences that advance together.
    public init(model: LlamaModel, stopTokens: Set<Int32>, slots: Int = 16) {
        require(slots > 0, "BatchGenerator: \(slots) slots")
        self.model = model
        self.stopTokens = stopTokens
        self.slots = slots
    }

    /// Generates for every request until a stop token, which is not part of the result, or its maximum.
    ///
    /// - Parameter onToken: called with a request's index and every token as it comes; false ends that request.
    /// - Returns: the new tokens of every request, in order.
    /// - Throws: `InputError` with `.data` where the model gives NaN or infinity; what `onToken` throws.
    public func generate(
        _ requests: [GenerationRequest], onToken: (Int, Int32) throws -> Bool = { _, _ in true }
    ) throws -> [[Int32]] {
        let session = GenerationSession(model: model, stopTokens: stopTokens, slots: slots)
        var results = [[Int32]](repeating: [], count: requests.count)
        for request in requests { _ = session.submit(request) }
        while !session.isIdle {
            for result in try session.step(onToken: onToken) { results[result.id] = result.tokens }
        }
        return results
    }
}

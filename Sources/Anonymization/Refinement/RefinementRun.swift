/// Refines many texts at once and hands them over in their order.
public struct RefinementRun: Sendable {
    private let refinement: SelfRefinement
    private let concurrency: Int

    /// - Parameter concurrency: the most texts that are refined at the same time.
    public init(_ refinement: SelfRefinement, concurrency: Int = 16) {
        self.refinement = refinement
        self.concurrency = max(1, concurrency)
    }

    /// Refines texts.
    ///
    /// - Parameter body: called with the place of every text and its result, in order.
    /// - Throws: what a model throws, what `body` throws, `CancellationError`. All texts handed over before stay so.
    public func refine(_ texts: [String], _ body: (Int, RefinedText) throws -> Void) async throws {
        // A text that takes long holds the later ones back; no more of those are begun than can well be kept.
        let mostAhead = 4 * concurrency
        try await withThrowingTaskGroup(of: (Int, RefinedText).self) { group in
            var finished: [Int: RefinedText] = [:]
            var (begun, running, handedOver) = (0, 0, 0)
            while handedOver < texts.count {
                while running < concurrency, begun < min(texts.count, handedOver + mostAhead) {
                    group.addTask { [refinement, index = begun] in (index, try await refinement.refine(texts[index])) }
                    begun += 1
                    running += 1
                }
                guard let (index, text) = try await group.next() else { return }
                running -= 1
                finished[index] = text
                while let text = finished.removeValue(forKey: handedOver) {
                    try body(handedOver, text)
                    handedOver += 1
                }
            }
        }
    }

    /// Refines the texts that a file does not hold yet and adds them to it.
    ///
    /// - Parameter onText: called with the place of every text that has been written.
    /// - Throws: as `refine`, and `InputError(.tryAgain)` where the file cannot be written.
    public func refine(
        _ records: [TextRecord], to output: RefinementOutput, onText: (Int, RefinedText) throws -> Void = { _, _ in }
    ) async throws {
        let rest = records.dropFirst(output.done)
        try await refine(rest.map(\.text)) { index, text in
            try output.append(text.json(of: rest[rest.startIndex + index], protected: refinement.settings.protected))
            try onText(rest.startIndex + index, text)
        }
    }
}

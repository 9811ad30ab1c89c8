/// Anonymizes many texts at once and hands them over in their order.
public struct AnonymizationRun<Anonymizer: TextAnonymizer>: Sendable {
    private let anonymizer: Anonymizer
    private let concurrency: Int

    /// - Parameter concurrency: the most texts that are worked on at the same time.
    public init(_ anonymizer: Anonymizer, concurrency: Int = 16) {
        self.anonymizer = anonymizer
        self.concurrency = max(1, concurrency)
    }

    /// Anonymizes texts.
    ///
    /// - Parameter body: called with the place of every text and its result, in order.
    /// - Throws: what a model throws, what `body` throws, `CancellationError`. All texts handed over before stay so.
    public func anonymize(_ texts: [String], _ body: (Int, Anonymizer.Anonymized) throws -> Void) async throws {
        // A text that takes long holds the later ones back; no more of those are begun than can well be kept.
        let mostAhead = 4 * concurrency
        try await withThrowingTaskGroup(of: (Int, Anonymizer.Anonymized).self) { group in
            var finished: [Int: Anonymizer.Anonymized] = [:]
            var (begun, running, handedOver) = (0, 0, 0)
            while handedOver < texts.count {
                while running < concurrency, begun < min(texts.count, handedOver + mostAhead) {
                    group.addTask { [anonymizer, index = begun] in
                        (index, try await anonymizer.anonymize(texts[index]))
                    }
                    begun += 1
                    running += 1
                }
                guard let (index, result) = try await group.next() else { return }
                running -= 1
                finished[index] = result
                while let result = finished.removeValue(forKey: handedOver) {
                    try body(handedOver, result)
                    handedOver += 1
                }
            }
        }
    }

    /// Anonymizes the texts that a file does not hold yet and adds them to it.
    ///
    /// - Parameter onText: called with the place of every text that has been written.
    /// - Throws: as the other, and `InputError(.tryAgain)` where the file cannot be written.
    public func anonymize(
        _ records: [TextRecord], to output: AnonymizationOutput,
        onText: (Int, Anonymizer.Anonymized) throws -> Void = { _, _ in }
    ) async throws {
        let rest = records.dropFirst(output.done)
        try await anonymize(rest.map(\.text)) { index, result in
            try output.append(anonymizer.jsonLine(of: result, rest[rest.startIndex + index]))
            try onText(rest.startIndex + index, result)
        }
    }
}

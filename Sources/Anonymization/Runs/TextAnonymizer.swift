/// A way to anonymize texts one by one: ``SelfRefinement`` rewrites them, ``TextMasking`` masks what they name.
public protocol TextAnonymizer: Sendable {
    /// A text with all that is known about how it was anonymized.
    associatedtype Anonymized: Sendable

    /// Anonymizes a text. Many texts at once are done sooner than one after the other.
    ///
    /// - Throws: what a model throws, but for `ChatRefusal`, which the result tells of.
    func anonymize(_ text: String) async throws -> Anonymized

    /// A result as one line of JSON, with the own fields of the record that its text came from.
    func jsonLine(of result: Anonymized, _ record: TextRecord) -> String
}

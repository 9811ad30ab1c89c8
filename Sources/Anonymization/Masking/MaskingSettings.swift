import Diagnostics

/// What is masked in texts, and how a model is asked for it.
public struct MaskingSettings: Sendable, Equatable {
    /// The kinds of personal data as masks name them, such as `PHONE_NUMBER`, in alphabetical order, as training rows have
    /// them. At least one.
    public let types: [String]
    public var answers: AnswerSettings

    /// What `signet synthesize` makes rows about.
    public static let synthesizedTypes = MaskingRows.types

    /// - Parameters:
    ///   - types: in any order and case; `typeName` tells which can be used.
    ///   - answers: how answers are drawn.
    public init(types: [String] = synthesizedTypes, answers: AnswerSettings = AnswerSettings()) {
        let names = types.map(Self.typeName)
        require(!names.isEmpty && !names.contains(nil), "MaskingSettings: types \(types)")
        self.types = Set(names.compactMap { $0 }).sorted()
        self.answers = answers
    }

    /// A kind as masks name it: `phone-number` is `PHONE_NUMBER`; nil for what cannot stand in a mask.
    public static func typeName(_ type: String) -> String? {
        let name = MaskedText.typeName(type)
        return MaskToken.all(in: "<\(name)>").first?.placeholder == name ? name : nil
    }
}

extension MaskingSettings {
    /// All settings by name, and the digest of the model that they are for, as a file of masked texts keeps them.
    public func named(digest: String) -> [(name: String, value: String)] {
        [("model", digest), ("mask", types.joined(separator: ","))] + answers.named
    }
}

/// A text of one author as a list of sentences, of which those that give something away can be said less exactly.
struct Passage: Sendable {
    enum Sentence: Sendable {
        case plain(String)
        case clue(Clue)
    }

    /// What has been done to a sentence.
    enum Change: Sendable, Equatable {
        case level(Level)
        case dropped
        /// A mask stands in the place of the clue.
        case masked
        /// Another value stands there than the author's.
        case invented
    }

    var language: String
    var sentences: [Sentence]
    /// One for each sentence.
    var changes: [Change]
    var values: [String: String]
    /// For `Change.invented`.
    var inventedValues: [String: String] = [:]
    var style: WritingStyle
    /// Written before a sentence, by its index.
    var fillers: [Int: String] = [:]
    var ending = ""
    /// What stands between sentences.
    var separator = " "

    init(
        language: String = "en", sentences: [Sentence], values: [String: String], style: WritingStyle = .careful
    ) {
        self.language = language
        self.sentences = sentences
        changes = sentences.map { _ in .level(.exact) }
        self.values = values
        self.style = style
    }

    /// The indices of the sentences that give something away.
    var clueIndices: [Int] { sentences.indices.filter { clue($0) != nil } }

    func clue(_ index: Int) -> Clue? {
        if case .clue(let clue) = sentences[index] { clue } else { nil }
    }

    func level(_ index: Int) -> Level? {
        switch changes[index] {
        case .level(let level): level
        case .invented: .exact
        case .dropped, .masked: nil
        }
    }

    /// How a clue is said in more general words: vaguely, or not at all where it has no vague words of its own.
    func softened(_ index: Int) -> Level {
        guard let template = clue(index)?.template else { return .gone }
        return template.rendered(.vague, values).text == template.rendered(.gone, values).text ? .gone : .vague
    }

    /// A sentence as it reads now; nil where it was dropped.
    func rendered(_ index: Int) -> RenderedText? {
        var result = RenderedText()
        if let filler = fillers[index] { result.append(style.typed(filler)) }
        switch (sentences[index], changes[index]) {
        case (_, .dropped): return nil
        case (.plain(let text), _):
            result.append(style.typed(text))
        case (.clue(let clue), .level(let level)):
            result.append(clue.template.rendered(level, values, style: style))
        case (.clue(let clue), .invented):
            result.append(
                clue.template.rendered(.exact, values.merging(inventedValues) { $1 }, style: style))
        case (.clue(let clue), .masked):
            result.append(clue.template.masked("<\(clue.attribute.rawValue.uppercased())>", values, style: style))
        }
        return result
    }

    /// The whole text.
    func rendered() -> RenderedText {
        var result = RenderedText()
        for index in sentences.indices {
            guard let sentence = rendered(index), !sentence.text.isEmpty else { continue }
            if !result.text.isEmpty { result.append(separator) }
            result.append(sentence)
        }
        result.append(ending)
        return result
    }

    /// The words of a clue as they are now.
    func quote(_ index: Int) -> String {
        rendered(index)?.clues.joined(separator: " … ").trimming { $0.isWhitespace || $0 == "," } ?? ""
    }
}

extension Template {
    /// The sentence with a mask in the place of every group.
    func masked(_ mask: String, _ values: [String: String], style: WritingStyle) -> RenderedText {
        var result = RenderedText()
        for piece in pieces {
            switch piece {
            case .group: result.append(mask)
            case .text(let text): result.append(style.typed(text))
            case .value(let name): result.append(style.typed(values.filled(name)))
            }
        }
        return result
    }
}

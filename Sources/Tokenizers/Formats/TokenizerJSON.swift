import Diagnostics
import Files
import Foundation

/// The `tokenizer.json` of Hugging Face `tokenizers`, as far as it is byte-level BPE.
///
/// Whatever would change ids and is not implemented is refused by name.
struct TokenizerJSON {
    private static let largestID = 1 << 22

    private let root: JSONNode
    private let model: JSONNode
    private let addedTokens: [AddedToken]
    /// The written form of each id.
    private var texts: [String?]

    /// - Parameter furtherTokens: `added_tokens_decoder` of `tokenizer_config.json`, which may name more added tokens.
    init(_ url: URL, furtherTokens: JSONNode?) throws {
        root = try JSONNode(contentsOf: url)
        model = try root.required("model")
        try Self.requireByteLevelBPE(model)
        texts = try Self.vocabulary(model.required("vocab"))

        var tokens: [(token: AddedToken, place: JSONNode)] = []
        for node in try root.member("added_tokens")?.elements() ?? [] {
            tokens.append((try Self.addedToken(node, id: node.required("id").integer), node))
        }
        if let furtherTokens {
            for (name, node) in try furtherTokens.members() {
                guard let id = Int(name) else { throw node.mismatch("expected an id as the key") }
                let token = try Self.addedToken(node, id: id)
                if !tokens.contains(where: { $0.token.content == token.content }) { tokens.append((token, node)) }
            }
        }
        for (token, node) in tokens {
            let id = Int(token.id)
            if id >= texts.count { texts.append(contentsOf: repeatElement(nil, count: id + 1 - texts.count)) }
            if let other = texts[id], other != token.content {
                throw node.mismatch("expected the token \(quoted(other)), which has the id \(id) in the vocabulary")
            }
            texts[id] = token.content
        }
        addedTokens = tokens.map(\.token)
    }

    /// The id of a token by its written form, added tokens first.
    func id(of content: String) -> Int32? {
        addedTokens.first { $0.content == content }?.id ?? texts.firstIndex(of: content).map(Int32.init)
    }

    func definition() throws -> TokenizerDefinition {
        let vocabulary = try makeVocabulary(texts, addedTokens: addedTokens, place: "\(root.file): model.vocab")
        let split = try splitting()
        var definition = TokenizerDefinition(
            place: root.file, vocabulary: vocabulary, merges: try merges(vocabulary), splitRule: split.rule,
            addedTokens: addedTokens)
        definition.addsPrefixSpace = split.addsPrefixSpace
        definition.takesWholeWords = try model.member("ignore_merges")?.bool ?? false
        definition.normalizesToNFC = try normalizesToNFC()
        if let node = try model.member("unk_token") {
            guard let id = id(of: try node.string) else { throw node.mismatch("expected a token of the vocabulary") }
            definition.unknownToken = id
            definition.fusesUnknown = try model.member("fuse_unk")?.bool ?? false
        }
        return definition
    }

    /// Whether the post-processor puts `beginToken` before a text.
    func addsBeginToken(_ beginToken: Int32?) throws -> Bool {
        guard let node = try root.member("post_processor") else { return false }
        return try Self.addsBeginToken(node, beginToken, id(of:))
    }

    private static func addsBeginToken(
        _ node: JSONNode, _ beginToken: Int32?, _ id: (String) -> Int32?
    ) throws -> Bool {
        switch try node.required("type").string {
        case "ByteLevel": return false
        case "Sequence":
            return try node.required("processors").elements().reduce(false) { found, processor in
                let adds = try addsBeginToken(processor, beginToken, id)
                return found || adds
            }
        case "TemplateProcessing":
            let single = try node.required("single")
            let pieces = try single.elements()
            let specials = try pieces.dropLast().map { try $0.member("SpecialToken")?.required("id").string }
            let endsWithText = try pieces.last?.member("Sequence") != nil
            if endsWithText && specials.isEmpty { return false }
            guard endsWithText, specials.count == 1, let special = specials[0], let token = id(special),
                token == beginToken
            else {
                throw single.mismatch("expected the text alone or after the bos_token")
            }
            return true
        default:
            throw try node.required("type").mismatch("expected ByteLevel, TemplateProcessing or a Sequence of them")
        }
    }

    // MARK: - The parts of the file

    private static func requireByteLevelBPE(_ model: JSONNode) throws {
        if let type = try model.member("type"), try type.string != "BPE" { throw type.mismatch("expected \"BPE\"") }
        if let dropout = try model.member("dropout"), dropout.value.double != 0 {
            throw dropout.mismatch("expected null: merges that are left out at random are not supported")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = try model.member(key), try !affix.string.isEmpty { throw affix.mismatch("expected none") }
        }
        if let fallback = try model.member("byte_fallback"), try fallback.bool {
            throw fallback.mismatch("expected false: byte fallback is not byte-level BPE")
        }
    }

    private static func vocabulary(_ node: JSONNode) throws -> [String?] {
        let entries = try node.object
        var texts = [String?](repeating: nil, count: entries.count)
        for entry in entries {
            let text = entry.key
            guard let id = entry.value.integer, (0..<largestID).contains(id) else {
                throw node.failure(text, "an id")
            }
            if id >= texts.count { texts.append(contentsOf: repeatElement(nil, count: id + 1 - texts.count)) }
            if let other = texts[id] {
                throw InputError(.data, at: node.place, "\(quoted(other)) and \(quoted(text)) both have the id \(id)")
            }
            texts[id] = text
        }
        return texts
    }

    private static func addedToken(_ node: JSONNode, id: Int) throws -> AddedToken {
        guard (0..<largestID).contains(id) else { throw node.mismatch("expected an id below \(largestID)") }
        func flag(_ key: String) throws -> Bool { try node.member(key)?.bool ?? false }
        return AddedToken(
            id: Int32(id), content: try node.required("content").string, isSpecial: try flag("special"),
            isNormalized: try flag("normalized"), stripsLeft: try flag("lstrip"), stripsRight: try flag("rstrip"),
            isSingleWord: try flag("single_word"))
    }

    private func merges(_ vocabulary: ByteStringTable) throws -> MergeTable {
        let node = try model.required("merges")
        let list = try node.array
        var reader = MergeReader(vocabulary: vocabulary, count: list.count, place: node.place)
        for (index, merge) in list.enumerated() {
            if let text = merge.string {
                try reader.append(text, index: index)
            } else if let pair = merge.array, pair.count == 2, let left = pair[0].string, let right = pair[1].string {
                try reader.append(left, right, index: index)
            } else {
                throw JSONNode(merge, file: node.file, key: "\(node.key)[\(index)]").mismatch("expected two tokens")
            }
        }
        return reader.merges
    }

    private func normalizesToNFC() throws -> Bool {
        guard var node = try root.member("normalizer") else { return false }
        if try node.required("type").string == "Sequence" {
            let parts = try node.required("normalizers").elements()
            if parts.isEmpty { return false }
            if parts.count == 1 { node = parts[0] }
        }
        let type = try node.required("type")
        guard try type.string == "NFC" else { throw type.mismatch("expected no normalizer or NFC") }
        return true
    }

    private func splitting() throws -> (rule: SplitRule, addsPrefixSpace: Bool) {
        guard let node = try root.member("pre_tokenizer") else {
            throw InputError(.data, at: "\(root.file): pre_tokenizer", "expected a byte-level one, found none")
        }
        guard try node.required("type").string == "Sequence" else {
            let addsPrefixSpace = try byteLevel(node, splits: true)
            return (.gpt2, addsPrefixSpace)
        }
        let parts = try node.required("pretokenizers").elements()
        guard parts.count == 2 else { throw node.mismatch("expected Digits or Split, then ByteLevel") }
        let type = try parts[0].required("type")
        switch try type.string {
        case "Digits":
            let individual = try parts[0].member("individual_digits")
            guard try individual?.bool == true else {
                throw (individual ?? parts[0]).mismatch("expected individual_digits true")
            }
            try refusePrefixSpace(parts[1], splits: true)
            return (.singleDigits, false)
        case "Split":
            let regex = try parts[0].required("pattern").required("Regex")
            guard try regex.string == SplitRule.publishedLlama3Pattern else {
                throw regex.mismatch("expected Llama-3's pattern")
            }
            if let behavior = try parts[0].member("behavior"), try behavior.string != "Isolated" {
                throw behavior.mismatch("expected \"Isolated\"")
            }
            if let invert = try parts[0].member("invert"), try invert.bool { throw invert.mismatch("expected false") }
            try refusePrefixSpace(parts[1], splits: false)
            return (.llama3, false)
        default: throw type.mismatch("expected Digits or Split")
        }
    }

    /// After another splitter, every single word would get a space.
    private func refusePrefixSpace(_ node: JSONNode, splits: Bool) throws {
        if try byteLevel(node, splits: splits) {
            throw try node.required("add_prefix_space").mismatch("expected false")
        }
    }

    /// Checks that a pre-tokenizer is ByteLevel, splitting or not, and says whether it adds a prefix space.
    private func byteLevel(_ node: JSONNode, splits: Bool) throws -> Bool {
        let type = try node.required("type")
        guard try type.string == "ByteLevel" else { throw type.mismatch("expected \"ByteLevel\"") }
        let usesRegex = try node.member("use_regex")
        guard try usesRegex?.bool ?? true == splits else {
            throw (usesRegex ?? node).mismatch("expected use_regex \(splits)")
        }
        return try node.member("add_prefix_space")?.bool ?? true
    }
}

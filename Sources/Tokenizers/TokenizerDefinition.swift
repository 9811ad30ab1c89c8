import Diagnostics

/// Everything that makes a tokenizer, as one of the file formats gave it.
struct TokenizerDefinition {
    /// The file, as errors name it.
    var place: String
    /// Every token id from 0; ids that no token has hold no bytes.
    var vocabulary: ByteStringTable
    var merges: MergeTable
    var takesWholeWords = false
    var unknownToken: Int32?
    var fusesUnknown = false
    var splitRule: SplitRule
    /// Whether a stretch of text that does not begin with a space is given one.
    var addsPrefixSpace = false
    /// Whether text is brought into normalization form C first.
    var normalizesToNFC = false
    var addedTokens: [AddedToken]
    var beginToken: Int32?
    var endToken: Int32?
    var padToken: Int32?
    /// Further tokens at which the files say that generation stops.
    var otherEndTokens: Set<Int32> = []
    var addsBeginToken = false
    /// The model's own chat template, where it has one, and the place to name in errors about it.
    var chatTemplate: (place: String, jinja: String)?
}

/// Builds a vocabulary from its written tokens.
///
/// - Parameters:
///   - texts: the written form of each id; nil where no token has the id.
///   - addedTokens: the tokens whose written form is their text itself rather than the byte-level alphabet's.
/// - Throws: ``InputError`` where two ids have the same bytes.
func makeVocabulary(_ texts: [String?], addedTokens: [AddedToken], place: String) throws -> ByteStringTable {
    let addedIDs = Set(addedTokens.map(\.id))
    var vocabulary = ByteStringTable(capacity: texts.count)
    var bytes: [UInt8] = []
    for (id, text) in texts.enumerated() {
        bytes.removeAll(keepingCapacity: true)
        var isFindable = false
        if let text {
            isFindable = ByteLevelAlphabet.append(text, to: &bytes)
            if !isFindable || addedIDs.contains(Int32(id)) {
                let raw = Array(text.utf8)
                isFindable = isFindable && raw == bytes
                bytes = raw
            }
        }
        try bytes.withUnsafeBufferPointer { string in
            if isFindable, let other = vocabulary.index(of: string) {
                throw InputError(.data, at: place, "token \(quoted(text ?? "")) has both the ids \(other) and \(id)")
            }
            vocabulary.append(string, findable: isFindable)
        }
    }
    return vocabulary
}

/// Numbers the merges of a vocabulary file: the first has rank 0.
struct MergeReader {
    private let vocabulary: ByteStringTable
    private let place: String
    private var bytes: [UInt8] = []
    private(set) var merges: MergeTable

    /// - Parameter place: the file and the key of the list of merges.
    init(vocabulary: ByteStringTable, count: Int, place: String) {
        self.vocabulary = vocabulary
        self.place = place
        merges = MergeTable(capacity: count)
    }

    /// Records merge number `index` of `left` with `right`, in the byte-level alphabet.
    mutating func append(_ left: String, _ right: String, index: Int) throws {
        bytes.removeAll(keepingCapacity: true)
        let isLeftKnown = ByteLevelAlphabet.append(left, to: &bytes)
        let middle = bytes.count
        let isRightKnown = ByteLevelAlphabet.append(right, to: &bytes)
        let (leftToken, rightToken, merged) = bytes.withUnsafeBufferPointer { bytes in
            (
                vocabulary.index(of: UnsafeBufferPointer(rebasing: bytes[..<middle])),
                vocabulary.index(of: UnsafeBufferPointer(rebasing: bytes[middle...])),
                vocabulary.index(of: bytes)
            )
        }
        guard isLeftKnown, let leftToken else { throw unknown(left, index) }
        guard isRightKnown, let rightToken else { throw unknown(right, index) }
        guard let merged else { throw unknown(left + right, index) }
        merges.insert(left: Int32(leftToken), right: Int32(rightToken), rank: Int32(index), token: Int32(merged))
    }

    /// Records merge number `index`, written as two tokens with a space between.
    mutating func append(_ merge: String, index: Int) throws {
        let parts = merge.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw InputError(
                .data, at: "\(place)[\(index)]", "expected two tokens with a space between, found \(quoted(merge))")
        }
        try append(String(Substring(parts[0])), String(Substring(parts[1])), index: index)
    }

    private func unknown(_ token: String, _ index: Int) -> InputError {
        InputError(.data, at: "\(place)[\(index)]", "the merge names \(quoted(token)), which is not in the vocabulary")
    }
}

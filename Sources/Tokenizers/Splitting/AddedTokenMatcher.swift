/// Finds added tokens in text: the leftmost first, of several at one place the longest.
struct AddedTokenMatcher: Sendable {
    /// A piece of the text.
    enum Part {
        case text(UnsafeBufferPointer<UInt8>)
        case token(Int32)
    }

    /// The tokens looked for; empty ones match nowhere.
    let tokens: [AddedToken]
    private var mayStartToken = [Bool](repeating: false, count: 256)
    /// The trie: node × 256 + byte → next node. The root is node 0.
    private var edges: [Int: Int] = [:]
    /// Which token ends at a node.
    private var tokenAtNode: [Int: Int] = [:]

    init(_ tokens: [AddedToken]) {
        self.tokens = tokens
        var nodeCount = 1
        for (index, token) in tokens.enumerated() {
            guard let first = token.content.utf8.first else { continue }
            mayStartToken[Int(first)] = true
            var node = 0
            for byte in token.content.utf8 {
                if let next = edges[node * 256 + Int(byte)] {
                    node = next
                } else {
                    edges[node * 256 + Int(byte)] = nodeCount
                    node = nodeCount
                    nodeCount += 1
                }
            }
            tokenAtNode[node] = index
        }
    }

    /// Calls `body` with the parts of `text` in order: the tokens found and the non-empty stretches between them.
    ///
    /// - Parameter readingSpecialAsText: whether special tokens stay part of the text.
    func forEachPart(
        of text: UnsafeBufferPointer<UInt8>, readingSpecialAsText: Bool, _ body: (Part) -> Void
    ) {
        var partStart = 0
        var position = 0
        while position < text.count {
            guard mayStartToken[Int(text[position])], let match = longestMatch(in: text, at: position) else {
                position += 1
                continue
            }
            let token = tokens[match.index]
            var start = position
            var end = match.end
            position = end
            if token.isSpecial && readingSpecialAsText { continue }
            if token.isSingleWord && (endsWithWord(text[..<start]) || startsWithWord(text[end...])) { continue }
            if token.stripsLeft { start = startOfTrailingSpace(text[partStart..<start]) }
            if token.stripsRight { end = endOfLeadingSpace(text[end...]) }
            if partStart < start { body(.text(UnsafeBufferPointer(rebasing: text[partStart..<start]))) }
            body(.token(token.id))
            partStart = end
            position = end
        }
        if partStart < text.count { body(.text(UnsafeBufferPointer(rebasing: text[partStart...]))) }
    }

    private func longestMatch(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> (index: Int, end: Int)? {
        var longest: (Int, Int)?
        var node = 0
        var end = start
        while end < text.count, let next = edges[node * 256 + Int(text[end])] {
            node = next
            end += 1
            if let index = tokenAtNode[node] { longest = (index, end) }
        }
        return longest
    }
}

private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

private func endsWithWord(_ bytes: Bytes) -> Bool {
    String(decoding: bytes.suffix(4), as: UTF8.self).unicodeScalars.last?.isWordCharacter ?? false
}

private func startsWithWord(_ bytes: Bytes) -> Bool {
    firstScalar(bytes)?.isWordCharacter ?? false
}

private func startOfTrailingSpace(_ bytes: Bytes) -> Int {
    let space = String(decoding: bytes, as: UTF8.self).unicodeScalars.reversed().prefix { $0.properties.isWhitespace }
    return bytes.endIndex - space.reduce(0) { $0 + UTF8.width($1) }
}

private func endOfLeadingSpace(_ bytes: Bytes) -> Int {
    var end = bytes.startIndex
    while let scalar = firstScalar(bytes[end...]), scalar.properties.isWhitespace { end += UTF8.width(scalar) }
    return end
}

private func firstScalar(_ bytes: Bytes) -> Unicode.Scalar? {
    String(decoding: bytes.prefix(4), as: UTF8.self).unicodeScalars.first
}

extension Unicode.Scalar {
    /// `\w` of Unicode's regular expressions (UTS #18, annex C), of Unicode 16 like the splitting patterns.
    fileprivate var isWordCharacter: Bool {
        guard let age = properties.age, age.major <= 16 else { return false }
        return switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        default: properties.isAlphabetic || properties.isJoinControl
        }
    }
}

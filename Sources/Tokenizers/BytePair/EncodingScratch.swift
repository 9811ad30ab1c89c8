import Synchronization

/// The working memory of one call to encode; no two calls use the same one at a time.
final class EncodingScratch: @unchecked Sendable {
    let matcher = SplitPattern.Matcher()
    var merger = WordMerger()
    var word: [Int32] = []
    var cache = WordCache()
}

/// Scratch memory to borrow, so that threads encode side by side and each call finds a warm cache.
final class EncodingScratchPool: Sendable {
    private let idle = Mutex<[EncodingScratch]>([])

    func withScratch<Result>(_ body: (EncodingScratch) -> Result) -> Result {
        let scratch = idle.withLock { $0.popLast() } ?? EncodingScratch()
        defer { idle.withLock { $0.append(scratch) } }
        return body(scratch)
    }
}

/// The tokens of words met before: most words of a text are.
struct WordCache {
    /// Longer words seldom return.
    private static let longestWord = 64
    private static let capacity = 32_768

    private var words = ByteStringTable()
    private var tokens: [Int32] = []
    private var ends: [Int] = []

    /// Appends the tokens of `word` to `output`; false where the word is not known.
    func appendTokens(of word: UnsafeBufferPointer<UInt8>, to output: inout [Int32]) -> Bool {
        guard word.count <= Self.longestWord, let index = words.index(of: word) else { return false }
        for position in (index == 0 ? 0 : ends[index - 1])..<ends[index] { output.append(tokens[position]) }
        return true
    }

    mutating func remember(_ wordTokens: [Int32], for word: UnsafeBufferPointer<UInt8>) {
        guard word.count <= Self.longestWord else { return }
        if words.count == Self.capacity {
            words.removeAll()
            tokens.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
        }
        words.append(word)
        tokens.append(contentsOf: wordTokens)
        ends.append(tokens.count)
    }
}
